"""A code that is a grid of codebook entries."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..images.originals import missing_data_notice
from .position import current_code, remember
from .props import codebook_props


def codebook(run: Run, codes: Latents) -> None:
    """The grid of codebook entries of an image, and the share of the codebook in use."""
    z, row = current_code(run, codes)
    key = f"traverse.words.{run.id}"
    event = mount(
        "codebook", key, codebook_props(run, codes, z, row), on_z_change=lambda: remember(run, key, codes.dims), on_gone_change=lambda: None
    )  # fmt: skip
    if event.get("gone"):
        st.rerun()
    missing_data_notice(run)
    numbers = library.numbers(run)
    if "perplexity" in numbers:
        size = run.config.model.to_dict()["codebook"]
        st.caption(
            f"{numbers['words_used']:.0f} of {size} codebook entries are used, with a perplexity of {numbers['perplexity']:.1f}.",
            help=f"On the whole test split; the perplexity is {numbers['perplexity'] / size:.0%} of that of uniform use.",
        )
