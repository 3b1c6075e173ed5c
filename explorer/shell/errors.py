"""Errors as one sentence with a next step; the traceback goes to the log."""

from __future__ import annotations

import logging

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.logs import request_id

LOG = logging.getLogger("betascope")


def explain_error(error: Exception) -> bool:
    """Log an unexpected error with its traceback, then show it."""
    if not isinstance(error, BetascopeError):
        LOG.error("A page failed", exc_info=error)
    return show_error(error)


def show_error(error: Exception) -> bool:
    """Show one sentence with a next step, never a traceback. Returns True: Streamlit need not show it."""
    if isinstance(error, BetascopeError):
        st.error(str(error), icon=":material/error:")
    else:
        under = f" under {number}" if (number := request_id()) else ""
        st.error(
            f"Something went wrong in the app. Reload the page or choose another run; the server's log has the details{under}.",
            icon=":material/error:",
        )
    return True
