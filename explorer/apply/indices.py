"""Models whose codes are indices of codebook entries: most of this page needs codes with places between them."""

from __future__ import annotations

import streamlit as st

from vae_core.models import family
from vae_core.runs import Run


def is_of_indices(run: Run, why: str) -> bool:
    """Whether the run's codes are indices; then says so, and why that matters."""
    kind = family(run.config.family)
    if not kind.continuous:
        st.info(f"The codes of a {kind.title} are indices: {why}. Choose another model in the sidebar.", icon=":material/grid_on:")  # fmt: skip
    return not kind.continuous
