"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st
from starlette.routing import Route

from explorer import live
from explorer.startup import explain_script_error, lifespan, to_home

app = st.App(
    "explorer/frame.py",
    routes=[Route(f"{live.base()}/home", to_home), *live.routes()],
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
