"""Actions of buttons on a run: open it; pause, cancel or resume its training; delete it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run, request, resume

from .. import library
from ..access.modes import require
from ..access.usage import check_minutes, own
from ..navigation import go
from ..state import session


def explore(run: Run, page: str = "traverse") -> None:
    """Open a page on this run."""
    session().run = run.id
    go(page)


def request_action(run: Run, action: str) -> None:
    """Pause, cancel or resume a run; shows the reason if its state no longer allows it."""
    try:
        require("control", run.path)
        if action == "resume":
            check_minutes(own(library.store()))
            resume(library.store(), run)
        else:
            request(run, action)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")


def delete(ids: Sequence[str]) -> None:
    """Delete the folders of these runs, if they are one's own, and remove the runs from the session, then rerun the page."""
    current = session()
    for id in ids:
        try:
            require("delete", library.store().root / id)
            library.store().delete(id)
        except BetascopeError as error:
            st.error(str(error), icon=":material/error:")
            return
        if current.run == id:
            current.run = None
        current.compared = [other for other in current.compared if other != id]
    st.rerun()
