"""Compare: the same images, traversals and numbers across runs."""

import streamlit as st

from explorer import library
from explorer.compare.images import images
from explorer.compare.numbers import numbers
from explorer.compare.rows import columns
from explorer.compare.training_time import at_training_time
from explorer.compare.traversals import traversals
from explorer.runs.selection import choose_runs, comparable
from explorer.shell.controls import empty_state, tabbed

TABS = {
    "images": {"Images": images, "Traversals": traversals, "Numbers": numbers},
    "table": {"Columns": columns, "Numbers": numbers},
    "history": {"Numbers": numbers},
}
st.title("Compare")
runs = library.openable_runs()
if not runs:
    empty_state("There is no trained model to compare yet.", "train", "Train some")
else:
    chosen = choose_runs(runs, "compare.runs", comparable)
    if len(chosen) < 2:
        st.info(
            "Choose at least two runs. A sweep over β on the Train page makes a good set.", icon=":material/compare:"
        )
    if chosen:
        tabbed("compare", TABS[chosen[0].config.data_kind], at_training_time(chosen))
