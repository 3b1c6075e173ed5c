"""Settings that suit newly chosen images: a network for images, and a training of a few minutes whatever their number."""

from __future__ import annotations

import streamlit as st

from vae_core.datasets.own.report import Report

from .choice import is_own
from .defaults import PREFIX, clear_preset
from .fields import seed_form

#: Images that a training sees in all: some minutes on two cores at 64×64 in colour.
SEEN = 400_000
#: What the settings were last chosen for, and those to put into the form in the next run of the script.
_FOR, _NEXT = f"{PREFIX}.settings_for", f"{PREFIX}.next_settings"


def fit_settings(name: str, report: Report) -> None:
    """Once for each data set that is chosen, and again when another was chosen in between."""
    if st.session_state.get(_FOR) == name:
        return
    st.session_state[_FOR] = name
    st.session_state[_NEXT] = {
        "network": "conv",
        "epochs": max(5, round(SEEN / report.images)),
        "batch_size": max(1, min(128, report.images // 8)),
        "lr_schedule": "cosine",
    }
    st.rerun()


def apply_fitted() -> None:
    """Put them into the form; before its widgets are there."""
    if not is_own(st.session_state[f"{PREFIX}.dataset"]):
        st.session_state.pop(_FOR, None)
    if settings := st.session_state.pop(_NEXT, None):
        seed_form(settings, PREFIX, overwrite=True)
        clear_preset()
