"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st
from starlette.routing import Route

from explorer.startup import explain_script_error, lifespan, to_home

app = st.App(
    "explorer/frame.py",
    routes=[Route("/home", to_home)],
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
