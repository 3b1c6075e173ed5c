"""Disentangled? A dial that turns two dimensions: the images stay, the scores fall."""

from __future__ import annotations

import numpy as np

from vae_core.analysis import mig_matrix

from .. import library
from ..components import mount
from ..figures.style import COLOURS
from ..live.props import about
from .chapter import Chapter
from .models import codes_file

MODEL = "gallery/sprites"
#: The factors whose best dimensions are turned.
FACTORS = ("position_x", "position_y")
#: A test image in the middle of the picture.
ROW = 0


def show() -> None:
    """The dial, what the two turned dimensions move, and what they tell about the factors."""
    run = library.find(MODEL)
    matrix, factors = mig_matrix(run)
    pair = [int(np.argmax(matrix[:, factors.index(name)])) for name in FACTORS]
    elbo = library.numbers(run)["elbo"]
    props = about(run) | {
        "pair": pair, "codes": codes_file(run), "factors": factors, "elbo": elbo, "row": ROW, "palette": list(COLOURS),
    }  # fmt: skip
    mount("rotation", "learn.rotation", props, on_gone_change=lambda: None)


CHAPTER = Chapter(
    question="Disentangled?",
    text=r"""
In this model one dimension moves the sprite sideways and another up and down: each tells about one factor, and the scores say so. The **MIG** looks at
how much more the best dimension tells about a factor than the second best; **FactorVAE's score** at which dimension stands still when a factor does;
**DCI** at which dimensions a classifier needs. Now turn the two axes. If the decoder turns back first, every image, the rate and the ELBO
stay as they are, as the prior $\mathcal N(0, I)$ is round: the objective cannot tell the two models apart. That is the core of
**Locatello et al. (2019)**: without labels or a bias of model and data, nothing prefers the axes that you would.
A few labels do: the gallery's *A room in colour* saw the factors of 1,000 of 54,000 images, and each of its sliders has a factor of its own (Locatello et al. 2020).
""",
    move="The dial, from 0° to 45° and on to 90°.",
    notice="At 45° each slider moves the sprite diagonally, and the MIG has fallen; at 90° it is back. The rings of the prior stay, and so does −ELBO.",
    show=show,
    exercise="Why is the MIG at 90° as high as at 0°, and what would the sliders do at −90°?",
    answer="""
At 90° a and b have only changed places, one of them with another sign: each again tells about one factor. Scores ask whether there is one dimension for each factor,
not which, nor in which direction it grows. A β-VAE still often finds such axes: its encoder has a diagonal covariance, which
costs least when the axes are those in which the decoder is locally orthogonal (Rolinek et al. 2019), and that bias is
what training settles on, some seeds more than others. And the cloud of codes is a square here, since sprites stand everywhere equally often: who looks at its shape
could find the axes again, which the ELBO does not.
""",
    page="measure",
)
