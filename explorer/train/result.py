"""The right-hand side of the page: the training in progress, or a preview of it."""

from __future__ import annotations

import streamlit as st

from .about import about
from .watch import live_view, refresh_interval, watched_runs


def result() -> None:
    """The live view of watched runs; without any, the chosen data and model."""
    if not watched_runs():
        about()
        return
    interval = refresh_interval()
    st.fragment(live_view, run_every=interval)(interval)
    with st.expander("Data and objective", icon=":material/info:"):
        about()
