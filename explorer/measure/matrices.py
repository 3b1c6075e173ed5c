"""Matrices of dimensions × factors, with the images behind a cell."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st
import torch

from vae_core.analysis import Latents, cached_scores, dci_importance, traverse
from vae_core.analysis.scores.responses import information_in_view, rows_along
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.files import png_address
from ..images.originals import decoded, originals
from ..images.sheets import sheet
from ..navigation import go
from ..presses import pressed
from ..state import session
from .figures import matrix_figure

#: Images on a strip, and how far a traversal goes.
STEPS, REACH = 11, 3.0
#: The test image that a traversal starts from.
ANCHOR = 0


def matrices(run: Run) -> None:
    """The matrices behind MIG and DCI; a click on a cell shows its dimension beside its factor."""
    codes = library.latents(run)
    order = codes.order()
    shares, factors, where = information_in_view(run, codes)
    shown = [
        (
            "Information", shares, "share", "Click a cell to see its dimension beside its factor.",
            f"I(z; factor) over the factor's entropy, in 20 bins, {where}. The MIG is the gap between the two largest of a column.",
        )
    ]  # fmt: skip
    if cached_scores(run, ["dci"]) is not None:
        caption = "The importance of each dimension to a classifier of each factor."
        detail = "DCI disentanglement measures how far a row has one large entry, completeness how far a column has."
        shown.append(("Importance", dci_importance(run).matrix, "", caption, detail))
    picked = None
    for column, (title, matrix, unit, caption, detail) in zip(st.columns(2, gap="large"), shown, strict=False):
        with column:
            st.header(title)
            event = st.plotly_chart(
                matrix_figure(matrix, order, factors, unit, codes.title), key=f"measure.{title}.{run.id}", on_select="rerun",
                selection_mode="points", config=PLAIN, alt=f"{title} of dimensions and factors",
            )  # fmt: skip
            st.caption(caption, help=detail)
            for point in event["selection"]["points"][:1]:
                picked = int(point["customdata"][0]), int(point["customdata"][1])
    best = tuple(int(index) for index in np.unravel_index(shares.argmax(), shares.shape))
    dim, factor = picked or (best[0], best[1])
    show_cell(run, codes, dim, factors[factor], float(shares[dim, factor]))


def show_cell(run: Run, codes: Latents, dim: int, factor: str, share: float) -> None:
    """The traversal of a dimension above the images along a factor; `share`: its information on the factor, 0 to 1."""
    title, dimension = factor.replace("_", " "), codes.title(dim)
    st.header(f"{dimension} and {title}")
    prior = codes.rate is not None and codes.standard
    where = (
        f"{dimension} from −{REACH:g} to {REACH:g} σ"
        if prior
        else f"{dimension} over {2 * REACH:g} deviations of the codes"
    )
    st.caption(
        f"{dimension} has {share:.0%} of the information on {title}; its traversal is above test images along {title}.",
        help=f"Above: {where}, all else as in test image {ANCHOR}. Below: images as near to that one as possible in all "
        "other factors.",
    )
    model = library.model_of(run)
    if isinstance(model, VQVAE):
        st.info("A code that is a grid of codebook entries has no sliders.", icon=":material/grid_on:")
    else:
        centre, deviation = codes.spread()
        values = (centre[dim] + np.linspace(-REACH, REACH, STEPS) * deviation[dim]).tolist()
        label = None if codes.labels is None else int(codes.labels[ANCHOR])
        strip = traverse(model, torch.from_numpy(codes.mu[ANCHOR]), dim, values, label)
        show_strip(strip, f"Traversal of {dimension}")
    assert codes.factors is not None, "called for runs with factors only"
    rows = rows_along(codes.factors, codes.factor_names.index(factor), ANCHOR, STEPS)
    images = originals(run, rows)
    show_strip(decoded(run, rows) if images is None else images, f"Test images along {title}")
    if pressed(f"Drag {dimension}", icon=":material/tune:", key="measure.go"):
        session().run = run.id
        session().set_code(run.id, codes.mu[ANCHOR].tolist(), ANCHOR)
        go("traverse")


def show_strip(images: torch.Tensor, caption: str) -> None:
    """Up to `STEPS` images in a row, of the same size however many there are; `caption` is their alternative text."""
    width: Literal["stretch"] | int = "stretch" if len(images) == STEPS else 92 * len(images)
    st.image(png_address(sheet(images, len(images))), width=width, alt=caption)
