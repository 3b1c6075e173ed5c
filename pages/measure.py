"""Measure: scores of several runs with their intervals, and why they are what they are."""

import streamlit as st

from explorer import library
from explorer.measure.factors import with_factors
from explorer.measure.tabs import TABS
from explorer.runs.abilities import CODES, able
from explorer.runs.selection import choose_runs
from explorer.shell.controls import empty_state, tabbed

st.title("Measure")
runs = library.openable_runs()
if not runs:
    empty_state("There is no trained model to measure yet.", "train", "Train one")
elif chosen := able(choose_runs(runs, "measure.runs"), CODES):
    tabbed("measure", TABS, chosen, with_factors(chosen))
