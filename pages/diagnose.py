"""Diagnose: weaknesses of a trained model, and remedies."""

import streamlit as st

from explorer import library
from explorer.diagnose.anomalies import anomalies
from explorer.diagnose.checks import checks
from explorer.diagnose.classes import classes
from explorer.diagnose.extremes import extremes
from explorer.diagnose.histories import recommendations
from explorer.diagnose.noise import noise
from explorer.diagnose.rows import columns, row_anomalies
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state, tabbed
from explorer.shell.training_time import training_time

TABS = {
    "images": {"Checks": checks, "Best and worst": extremes, "Anomalies": anomalies, "Noise": noise},
    "history": {"Recommendations": recommendations, "Checks": checks},
    "table": {"Anomalies": row_anomalies, "Columns": columns, "Checks": checks},
}
st.title("Diagnose")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    own = {"Classes": classes} if library.model_of(run).predicts_class else {}
    tabbed("diagnose", TABS[run.config.data_kind] | own, run, library.latents(run))
