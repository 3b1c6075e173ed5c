"""Actions of buttons on a run: open it; pause, cancel or resume its training; delete it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run, RunConfig, request, resume, submit

from .. import library
from ..access.modes import allowed, needs, require
from ..access.owners import claim
from ..access.usage import check_minutes, check_training
from ..navigation import go
from ..state import session


def explore(run: Run, page: str = "traverse") -> None:
    """Open a page on this run."""
    session().run = run.id
    go(page)


@needs("train")
def queue(configs: Sequence[RunConfig]) -> list[Run]:
    """Queue runs as the current client's, all or none.

    Raises:
        BetascopeError: training is off, or over a limit; the store cannot be written.
    """
    check_training(library.store(), library.own_runs(), len(configs))
    runs = [submit(library.store(), config) for config in configs]
    for run in runs:
        claim(run.path)
    return runs


class Control(NamedTuple):
    """A button on a training. action: as `request_action` takes it; states: of the run, in which it is there."""

    label: str
    icon: str
    action: str
    states: tuple[str, ...]


CONTROLS = (
    Control("Pause", ":material/pause:", "pause", ("running",)),
    Control("Cancel", ":material/close:", "cancel", ("queued", "running")),
    Control("Resume", ":material/play_arrow:", "resume", ("paused", "cancelled", "failed")),
)


def controls(run: Run, state: str) -> list[Control]:
    """The buttons on a run in this state; none on somebody else's."""
    return [control for control in CONTROLS if state in control.states] if allowed("control", run.path) else []


def request_action(run: Run, action: str) -> None:
    """Pause, cancel or resume a run; shows the reason if its state no longer allows it."""
    try:
        require("control", run.path)
        if action == "resume":
            check_minutes(library.own_runs())
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
