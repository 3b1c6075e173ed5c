"""Which runs saw images with known ground-truth factors."""

from __future__ import annotations

import streamlit as st

from vae_core.runs import Run

from .. import library
from ..runs.names import labels

#: Why some images have no scores.
NO_FACTORS = (
    "These images have no ground-truth factors (as sprites and shapes3d do), so how codes follow factors cannot be measured; "
    "below is what needs none."
)


def with_factors(runs: list[Run]) -> list[Run]:
    """Those of these runs whose images have factors; a notice names the others."""
    known = [run for run in runs if library.latents(run).factor_names]
    if len(known) < len(runs):
        others = ", ".join(labels(runs)[run.id] for run in runs if run not in known)
        st.info(f"{others}: {NO_FACTORS}", icon=":material/info:")
    return known
