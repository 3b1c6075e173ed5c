"""Which run, or which runs, a page looks at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.runs import Run

from .. import library
from ..state import session
from .conditions import at_current_beta
from .names import by_beta, labels, siblings

#: Where the sentence on a run that could not be opened stays, with the run that is shown instead.
NOTICE = "frame.notice"


def current_run() -> Run | None:
    """The run in view; the first gallery run (or any) if none was chosen or it does not open; None if there is none.

    A run that does not open is told once by the frame, which calls this first.
    """
    runs = library.openable_runs()
    wanted = session().run
    for run in runs:
        if run.id == wanted:
            return at_current_beta(run)
    chosen = next((run for run in runs if run.id.startswith("gallery/")), runs[0] if runs else None)
    session().run = chosen.id if chosen else None
    if wanted:
        st.session_state[NOTICE] = library.reason_not_openable(wanted), session().run
    return None if chosen is None else at_current_beta(chosen)


def notice() -> str:
    """Why another run is shown than the one that was asked for; nothing once a person picked one."""
    why, shown = st.session_state.get(NOTICE, ("", None))
    return why if shown == session().run else ""


def choose_runs(runs: Sequence[Run], key: str) -> list[Run]:
    """The runs to look at side by side, each at the β in view; what a link asks for and is not there is told."""
    known = {run.id: at_current_beta(run) for run in runs}
    wanted = session().compared
    if missing := [id for id in wanted if id not in known]:
        st.warning(f"Not there any more, so left out: {', '.join(missing)}.", icon=":material/warning:")
    default = [id for id in wanted if id in known] or [run.id for run in siblings(current_run(), runs)]
    names = labels(runs)
    chosen = st.multiselect(
        "Runs",
        list(names),
        default=default,
        format_func=names.__getitem__,
        key=key,
        placeholder="Choose two or more runs",
    )
    session().compared = chosen
    return by_beta([known[id] for id in chosen])
