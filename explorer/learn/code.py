"""What is a code? A digit that one draws becomes a Gaussian on the plane."""

from __future__ import annotations

import streamlit as st

from .. import library
from ..components import mount
from ..figures.style import COLOURS
from ..live.props import about
from .chapter import Chapter
from .models import codes_file

#: Dimensions → the model.
MODELS = {"2 dimensions": "gallery/mnist-2d", "10 dimensions": "gallery/mnist-beta-1"}


def show() -> None:
    """The pad, the code, the image; of a model with two or with ten dimensions."""
    title = st.segmented_control(
        "Latent dimensions", list(MODELS), default="2 dimensions", key="learn.dims", required=True
    )
    run = library.find(MODELS[title])
    codes = library.latents(run)
    props = about(run) | {
        "dims": codes.dims, "codes": codes_file(run), "images": len(codes), "originals": not library.why_no_originals(run),
        "palette": list(COLOURS),
    }  # fmt: skip
    mount("drawn_code", f"learn.code.{run.id}", props, on_gone_change=lambda: None)


CHAPTER = Chapter(
    question="What is a code?",
    text="""
An **encoder** looks at an image $x$ of 784 pixels and answers with a few numbers: its **code**. It does not name one place but a
whole Gaussian, $q(z\\mid x) = \\mathcal N(z;\\ \\mu(x),\\ \\sigma^2(x))$: where the image lies, and how sure it is of that.
A **decoder** turns any place $z$ back into an image. Nobody has told the model what a digit is; places near each other are images
that look alike, since the decoder must live with every draw from the Gaussian.
""",
    move="Draw a digit on the pad, slowly, and change it while you look at the plane.",
    notice="The ellipse wanders while you draw, and gets smaller when the drawing can only be one thing.",
    show=show,
    exercise="Draw a 4, then close its top until it is a 9. What does the code do on the way?",
    answer="""
The mean moves steadily from the region of fours into that of nines, as there is no wall between them. In between, the decoder draws something
that is neither: the model has no idea of classes, only of pixels that go together. In two dimensions fours, sevens and nines
overlap, since there is no room; with ten dimensions they lie apart.
""",
    page="traverse",
)
