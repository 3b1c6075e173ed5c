"""Variations of one test image."""

from __future__ import annotations

import streamlit as st
import torch

from vae_core.analysis import Latents, around
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.originals import caption_of, originals
from ..images.sheets import sheet
from ..state import session
from .downloads import download_buttons
from .nearest import show
from .samples import COUNTS, seed_of


def variations(run: Run, codes: Latents) -> None:
    """Images decoded from codes at random around that of a test image."""
    model = library.model_of(run)
    columns = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
    start = next((row for row in session().picked() if row < len(codes)), 0)
    row = int(columns[0].number_input("Test image", 0, len(codes) - 1, start, key=f"generate.row.{run.id}"))
    spread = columns[1].slider("Spread", 0.0, 1.5, 0.3, 0.05, key="generate.spread", help="In standard deviations of the prior; without a prior, of the codes")  # fmt: skip
    count = columns[2].selectbox("Images", COUNTS, index=1, key="generate.around")
    seed = seed_of("generate.seed.around", columns[3])
    images = originals(run, [row])
    code = torch.from_numpy(codes.mu[row : row + 1])
    base = around(model, codes, row, 0.0, 1).images if images is None else images.float() / 255
    st.image(png_address(sheet(base, 1, side=128)), width=128, alt=caption_of(run, row))
    detail = None if codes.sigma is None else f"The mean σ of its posterior is {codes.sigma[row].mean():.2f}."
    st.caption(f"{caption_of(run, row)}; its code lies {float(code.norm()):.2f} from the origin.", help=detail)
    show(run, around(model, codes, row, spread, count, seed), f"Variations of {caption_of(run, row)}")
    download_buttons(lambda number: around(model, codes, row, spread, number, seed), run, "variations")
