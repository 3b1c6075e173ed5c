"""Errors as one sentence with a next step; the log has the trace."""

from __future__ import annotations

import logging

import streamlit as st

from vae_core.config import BetascopeError

LOG = logging.getLogger("betascope")


def explain_error(error: Exception) -> bool:
    """Log a defect of ours with its trace, then show the error."""
    if not isinstance(error, BetascopeError):
        LOG.error("A page failed", exc_info=error)
    return show_error(error)


def show_error(error: Exception) -> bool:
    """One sentence and a next step, never a trace. True: nothing else needs to be shown."""
    if isinstance(error, BetascopeError):
        st.error(str(error), icon=":material/error:")
    else:
        st.error(
            "Something went wrong here, and it is not your doing. Reload the page, or choose another run; "
            "the server's log has the details.",
            icon=":material/error:",
        )
    return True
