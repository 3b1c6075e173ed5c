"""Actions of buttons on a run: open it; pause, cancel or resume its training; delete it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run, request, resume

from .. import library
from ..navigation import go
from ..state import session


def explore(run: Run, page: str = "traverse") -> None:
    """Open a page on this run."""
    session().run = run.id
    go(page)


def request_action(run: Run, action: str) -> None:
    """Pause, cancel or resume a run; shows the reason if its state no longer allows it."""
    try:
        resume(library.store(), run) if action == "resume" else request(run, action)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")


def delete(ids: Sequence[str]) -> None:
    """Delete the folders of these runs and remove the runs from the session, then rerun the page."""
    current = session()
    for id in ids:
        try:
            library.store().delete(id)
        except BetascopeError as error:
            st.error(str(error), icon=":material/error:")
            return
        if current.run == id:
            current.run = None
        current.compared = [other for other in current.compared if other != id]
    st.rerun()
