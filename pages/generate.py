"""Generate: samples, variations of a test image, and downloads."""

import streamlit as st

from explorer import library
from explorer.generate.histories import new_users
from explorer.generate.rows import rows
from explorer.generate.samples import samples
from explorer.generate.variations import variations
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state, tabbed
from explorer.shell.training_time import training_time

NEW = {"images": ("New images", samples), "table": ("New rows", rows), "history": ("New users", new_users)}
st.title("Generate")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to draw from yet.", "train", "Train one")
else:
    kind = run.config.data_kind
    tabs = dict([NEW[kind]])
    if kind == "images" and library.model_of(run).continuous:  # code indices have no small variations
        tabs["Around an image"] = variations
    tabbed("generate", tabs, run, library.latents(run))
