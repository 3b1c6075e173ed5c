"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import gc

gc.disable()  # until everything is imported: it would look through torch's thousands of classes again and again, for 0.4 s

from pathlib import Path

import streamlit as st

import explorer
from explorer.live.routes import routes
from explorer.shell import addresses
from explorer.shell.middleware import middleware
from explorer.shell.startup import explain_script_error, lifespan

app = st.App(
    Path(explorer.__file__).parent / "shell" / "frame.py",
    routes=[*addresses.routes(), *routes()],
    middleware=middleware(),
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
gc.enable()
