"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st

from explorer.startup import lifespan
from explorer.widgets import explain_error

app = st.App("explorer/frame.py", lifespan=lifespan, on_script_error=explain_error)
