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
    """A code that is a grid of words."""
    z, row = current_code(run, codes)
    key = f"traverse.words.{run.id}"
    found = mount(
        "codebook", key, codebook_props(run, codes, z, row), on_z_change=lambda: remember(run, key, codes.dims), on_gone_change=lambda: None
    )  # fmt: skip
    if found.get("gone"):
        st.rerun()
    missing_data_notice(run)
    numbers = library.numbers(run)
    if "perplexity" in numbers:
        size = run.config.model.to_dict()["codebook"]
        st.caption(
            f"On the whole test split {numbers['words_used']:.0f} of {size} words are said, with a perplexity of "
            f"{numbers['perplexity']:.1f} ({numbers['perplexity'] / size:.0%} of an even use)."
        )
