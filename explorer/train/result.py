"""The right-hand side of the page: the training in view, or what is about to be trained."""

from __future__ import annotations

import streamlit as st

from .. import library
from .about import about
from .watch import live_view, watched_runs


def result() -> None:
    if not watched_runs():
        about()
        return
    active = bool(library.active_runs())
    st.fragment(live_view, run_every=1.5 if active else None)(active)
    with st.expander("Data and objective", icon=":material/info:"):
        about()
