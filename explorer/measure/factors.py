"""Runs on images with ground-truth factors."""

from __future__ import annotations

import streamlit as st

from vae_core.runs import Run

from .. import library
from ..runs.names import labels

#: The first half of a sentence.
NO_FACTORS = "This data has no ground-truth factors (as sprites and shapes3d have)"


def with_factors(runs: list[Run]) -> list[Run]:
    """The runs whose images have factors; a notice names the others."""
    measurable = [run for run in runs if library.latents(run).factor_names]
    if len(measurable) < len(runs):
        others = ", ".join(labels(runs)[run.id] for run in runs if run not in measurable)
        st.info(f"{others}: {NO_FACTORS}, so only scores without factors are shown.", icon=":material/info:")
    return measurable
