"""What buttons do with a run: open it, pause, cancel or resume its training."""

from __future__ import annotations

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run, request, resume

from .. import library
from ..navigation import go
from ..state import session


def explore(run: Run) -> None:
    """Straight into Traverse with this run in view."""
    session().run = run.id
    go("traverse")


def ask(run: Run, action: str) -> None:
    """Pause, cancel or resume; a run that moved on meanwhile is told in a sentence."""
    try:
        resume(library.store(), run) if action == "resume" else request(run, action)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")
