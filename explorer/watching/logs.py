"""The lines of Streamlit and uvicorn go through the same handler as ours."""

from __future__ import annotations

import logging

import streamlit as st
import streamlit.logger

from vae_core import logs

from .ids import session

LIBRARIES = ("streamlit", "uvicorn", "websockets")
#: uvicorn's lines of requests and sockets have the client's address and the whole path; ours have neither.
ADDRESSES = ("uvicorn.access", "uvicorn.error")


def set_up() -> None:
    """One handler for all lines: those of loggers that libraries have made, and of those that they will make."""
    logs.set_up(session=session)
    streamlit.logger.setup_formatter = _pass_on
    st.set_option("logger.enableRich", False)  # where rich is installed, Streamlit prints traces as coloured frames
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] in LIBRARIES and isinstance(logger, logging.Logger):
            _pass_on(logger)
    for name in ADDRESSES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _pass_on(logger: logging.Logger) -> None:
    """Let the root logger's handler write the lines of this one. Streamlit gives each of its loggers a handler of its own."""
    logger.handlers.clear()
    logger.propagate = True
