"""Betascope. Start it with `make app`, or `streamlit run app.py`."""

import streamlit as st

from explorer.live.routes import routes
from explorer.shell import addresses
from explorer.shell.middleware import explain_failure, middleware
from explorer.shell.startup import explain_script_error, lifespan
from explorer.watching.middleware import watching

app = st.App(
    "explorer/shell/frame.py",
    routes=[*addresses.routes(), *routes()],
    middleware=[*watching(), *middleware()],
    exception_handlers={Exception: explain_failure},
    lifespan=lifespan,
    on_script_error=explain_script_error,
)
