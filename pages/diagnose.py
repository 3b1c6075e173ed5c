"""Diagnose: what a trained model does badly, and what to try."""

import streamlit as st

from explorer import library
from explorer.diagnosing import anomalies, checks, extremes, noise
from explorer.state import session
from explorer.widgets import current_run, empty_state

TABS = {"Checks": checks, "Best and worst": extremes, "Anomalies": anomalies, "Noise": noise}

st.title("Diagnose")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    codes = library.latents(run)
    if (kept := session().view.get("tab")) in TABS:
        st.session_state.setdefault("diagnose.tab", kept)
    tabs = st.tabs(list(TABS), key="diagnose.tab", on_change="rerun")
    for (name, show), tab in zip(TABS.items(), tabs, strict=True):
        if tab.open:
            session().keep("tab", None if tab is tabs[0] else name)
            with tab, st.container(key=f"stack-diagnose-{tabs.index(tab)}"):
                show(run, codes)
