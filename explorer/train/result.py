"""The right-hand side of the page: the training in progress, or a preview of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from ..components import mount
from .about import about, about_data
from .choice import dataset_of, is_own
from .defaults import PREFIX
from .watch import live_view, refresh_interval, watched_runs


def result() -> None:
    """The live view of watched runs; without any, the chosen data and model, and images of one's own that none of them has."""
    watched = watched_runs()
    if not watched:
        about()
        if script := chart_script():
            mount("ahead", "train.ahead", {"script": script})
        return
    choice = st.session_state[f"{PREFIX}.dataset"]
    is_new = is_own(choice) and dataset_of(choice) not in {run.config.data.name for run in watched}
    if is_new:
        about_data(choice)
        st.divider()
    interval = refresh_interval()
    st.fragment(live_view, run_every=interval)(interval)
    if not is_new:
        with st.expander("Data and objective", icon=":material/info:"):
            about()


@cache
def chart_script() -> str | None:
    """The file with Streamlit's plotly, beside its main script; None where this version has no such file."""
    files = (Path(st.__file__).parent / "static" / "static" / "js").glob("PlotlyChart.*.js")
    return next((file.name for file in files), None)
