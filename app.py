"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st

app = st.App("explorer/frame.py")
