"""Factor × dimension matrices whose cells open."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from vae_core.analysis import Latents, cached_scores, dci_importance, traverse
from vae_core.analysis.responses import information_in_view, rows_along
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.files import png_address
from ..images.originals import decoded, originals
from ..images.sheets import sheet
from ..navigation import go
from ..state import session
from .figures import matrix_figure

#: Images on a strip, and how far a traversal goes.
STEPS, REACH = 11, 3.0
#: The test image that a traversal starts from.
ANCHOR = 0


def matrices(run: Run) -> None:
    """What the MIG and DCI look at; a click on a cell shows its dimension beside its factor."""
    codes = library.latents(run)
    order = codes.order()
    shares, factors, where = information_in_view(run, codes)
    words = (
        f"I(z; factor) over the factor's entropy, in 20 bins, {where}: the MIG is the gap between a column's two largest. "
        "Click a cell to see its dimension beside its factor."
    )
    shown = [("Information", shares, "share", words)]
    if cached_scores(run, ["dci"]) is not None:
        words = "How much each dimension tells a classifier of each factor: DCI asks whether rows and columns are pure."
        shown.append(("Importance", dci_importance(run).matrix, "", words))
    picked = None
    for place, (title, matrix, unit, words) in zip(st.columns(2, gap="large"), shown, strict=False):
        with place:
            st.subheader(title)
            event = st.plotly_chart(
                matrix_figure(matrix, order, factors, unit), key=f"measure.{title}.{run.id}", on_select="rerun",
                selection_mode="points", config=PLAIN, alt=f"{title} of dimensions and factors",
            )  # fmt: skip
            st.caption(words)
            for point in event["selection"]["points"][:1]:
                picked = int(point["customdata"][0]), int(point["customdata"][1])
    best = tuple(int(place) for place in np.unravel_index(shares.argmax(), shares.shape))
    dim, factor = picked or (best[0], best[1])
    beside(run, codes, dim, factors[factor], float(shares[dim, factor]))


def beside(run: Run, codes: Latents, dim: int, factor: str, share: float) -> None:
    """A dimension's traversal over the images along a factor."""
    title = factor.replace("_", " ")
    st.subheader(f"z{dim} and {title}")
    prior = codes.rate is not None and codes.standard
    where = f"z{dim} from −{REACH:g} to {REACH:g} σ" if prior else f"z{dim} over {2 * REACH:g} deviations of the codes"
    st.caption(
        f"z{dim} tells {share:.0%} of {title}. Above: the model draws {where}, all else as in test image {ANCHOR}. "
        f"Below: test images along {title}, as near to that image as there are in all else."
    )
    model = library.model_of(run)
    if isinstance(model, VQVAE):
        st.info("A code that is a grid of words has no sliders.", icon=":material/grid_on:")
    else:
        centre, deviation = codes.spread()
        values = (centre[dim] + np.linspace(-REACH, REACH, STEPS) * deviation[dim]).tolist()
        label = None if codes.labels is None else int(codes.labels[ANCHOR])
        strip = traverse(model, torch.from_numpy(codes.mu[ANCHOR]), dim, values, label)
        show_strip(strip, f"Traversal of z{dim}")
    assert codes.factors is not None, "asked for runs with factors only"
    rows = rows_along(codes.factors, codes.factor_names.index(factor), ANCHOR, STEPS)
    found = originals(run, rows)
    show_strip(decoded(run, rows) if found is None else found, f"Test images along {title}")
    if st.button(f"Drag z{dim}", icon=":material/tune:", key="measure.go"):
        session().run = run.id
        session().set_code(run.id, codes.mu[ANCHOR].tolist(), ANCHOR)
        go("traverse")


def show_strip(images: torch.Tensor, words: str) -> None:
    """Up to `STEPS` images in a row, each as large as if there were as many."""
    width = "stretch" if len(images) == STEPS else 92 * len(images)
    st.image(png_address(sheet(images, len(images))), width=width, alt=words)
