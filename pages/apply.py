"""Apply: what the courses use a VAE for, each beside its plain baseline."""

import streamlit as st

from explorer.apply.augment import augment
from explorer.apply.compress import compressed
from explorer.apply.mix import mix
from explorer.apply.repair import repair
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state, tabbed
from explorer.shell.training_time import training_time

st.title("Apply")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to apply yet.", "train", "Train one")
elif run.config.data_kind != "images":
    st.info(
        "Apply takes runs on images; what rows and histories are for is on Traverse, Diagnose and Generate.",
        icon=":material/table_rows:",
    )
else:
    tabs = {"Repair": repair, "Mix": mix, "Compress": compressed, "Augment": augment}
    tabbed("apply", tabs, run)
