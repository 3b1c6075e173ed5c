"""Interpolate: a path from image to image through latent space."""

import streamlit as st

from explorer.interpolate.view import view
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state
from explorer.shell.training_time import training_time

st.title("Interpolate")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    view(run)
