"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st

from explorer.startup import explain_script_error, lifespan

app = st.App("explorer/frame.py", lifespan=lifespan, on_script_error=explain_script_error)
