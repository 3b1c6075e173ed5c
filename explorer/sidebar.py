"""The sidebar below the menu: which run is in view, what computes, what is training."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae_core.runs import Run
from vae_core.training import choose_device, describe_device

from . import library
from .state import session
from .widgets import NOTICE

STATIC = Path(__file__).parent / "static"
LOGO = str(STATIC / "logo.svg")
ICON = str(STATIC / "icon.svg")
PICKER = "frame.run"


def run_picker(run: Run | None) -> None:
    """A select box over all runs that can be explored, standing at the run in view."""
    if run is None:
        return
    names = {found.id: _label(found) for found in library.openable_runs()}
    st.session_state[PICKER] = run.id
    with st.sidebar:
        st.selectbox("Run in view", list(names), format_func=names.__getitem__, key=PICKER, on_change=_picked)


def _picked() -> None:
    session().run = st.session_state[PICKER]
    st.session_state.pop(NOTICE, None)


def _label(run: Run) -> str:
    """The name, with β if the name does not tell it."""
    beta = run.config.beta
    return run.config.name if beta is None or "β" in run.config.name else f"{run.config.name} · β = {beta:g}"


def status() -> None:
    with st.sidebar:
        st.caption(f":material/memory: {_device()}")


@st.cache_resource
def _device() -> str:
    return describe_device(choose_device("auto"))
