"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import explorer
from explorer.access.guard import Guard
from explorer.live.origin import base
from explorer.live.routes import routes
from explorer.shell import addresses
from explorer.shell.startup import explain_script_error, lifespan
from explorer.watching.middleware import watching

app = st.App(
    Path(explorer.__file__).parent / "shell" / "frame.py",
    routes=[*addresses.routes(), *routes()],
    middleware=[*watching(), Middleware(Guard, base=base())],
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
