"""What most of this page needs of a model: codes with places between them, and gradients."""

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


def lacks_gradients(run: Run) -> bool:
    """Whether no gradient flows through the run's decoder; then says so."""
    if not (differentiable := family(run.config.family).differentiable):
        st.info(
            f"{run.config.name} came as a file of another program, which has no gradients, so no search leads to a better "
            "code. Choose another model in the sidebar.",
            icon=":material/block:",
        )
    return not differentiable
