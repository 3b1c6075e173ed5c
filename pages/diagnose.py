"""Diagnose: what a trained model does badly, and what to try."""

import streamlit as st

from explorer import library
from explorer.diagnosing import anomalies, checks, extremes, noise
from explorer.widgets import current_run, empty_state, tabbed

TABS = {"Checks": checks, "Best and worst": extremes, "Anomalies": anomalies, "Noise": noise}

st.title("Diagnose")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    tabbed("diagnose", TABS, run, library.latents(run))
