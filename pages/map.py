"""Map: where test images lie in latent space."""

import streamlit as st

from explorer.map.differ import what_differs
from explorer.map.layout import map_to_show
from explorer.map.picks import picked_rows, picks
from explorer.map.settings import choose
from explorer.map.view import view
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state
from explorer.shell.training_time import training_time

st.title("Map")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    config = map_to_show(run, choose(run))
    with st.container(key="lead-map"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        view(run, config)
    with right:
        picks(run, picked_rows(run))
    what_differs(run)
