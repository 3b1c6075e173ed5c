"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st
from starlette.routing import Route

from explorer.live.origin import base
from explorer.live.routes import routes
from explorer.shell.startup import explain_script_error, lifespan, to_home

app = st.App(
    "explorer/shell/frame.py",
    routes=[Route(f"{base()}/home", to_home), *routes()],
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
