"""Home: the gallery, the user's own runs, and where to start."""

import streamlit as st

from explorer import library
from explorer.home.runs import gallery, own_runs
from explorer.home.welcome import welcome

welcome()
st.subheader("Gallery")
gallery()
st.subheader("Your runs")
was_active = bool(library.active_runs())
st.fragment(own_runs, run_every=2.0 if was_active else None)(was_active)
