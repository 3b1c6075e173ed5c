"""Which run, or which runs, a page looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from vae_core.runs import Run, split_id

from .. import library
from ..state import fresh_key, session
from .conditions import at_current_beta
from .names import by_beta, labels, siblings

Begin = Callable[[Run | None, Sequence[Run]], list[Run]]
#: Session key: why the requested run did not open, and the id of the run that is shown instead.
NOTICE = "frame.notice"


def current_run() -> Run | None:
    """The run in view; the first gallery run (or any) if none was chosen or it does not open; None if there is none.

    The reason why a requested run did not open is stored for `notice`.
    """
    runs = library.openable_runs()
    requested = session().run
    name, step = split_id(requested or "")
    for run in runs:
        if run.id == name and (step is None or step in [snapshot for snapshot, _ in run.snapshots()]):
            return at_current_beta(run.at_step(step))
    chosen = next((run for run in runs if run.id.startswith("gallery/")), runs[0] if runs else None)
    shown = chosen.id if chosen else None
    if requested:
        # Before the run changes: Streamlit may end the script at any access to the session, and the next one starts from there.
        st.session_state[NOTICE] = library.reason_not_openable(requested), shown
    session().run = shown
    return None if chosen is None else at_current_beta(chosen)


def notice() -> str:
    """Why another run is shown than the requested one; "" once a run was picked."""
    why, shown = st.session_state.get(NOTICE, ("", None))
    return why if shown == session().run else ""


def _snapshots(runs: Sequence[Run], ids: Sequence[str]) -> list[Run]:
    """The snapshots among `ids` of these runs."""
    found = [(run, split_id(id)) for id in ids for run in runs if split_id(id)[0] == run.id]
    return [run.at_step(step) for run, (_, step) in found if step in [snapshot for snapshot, _ in run.snapshots()]]


def comparable(run: Run | None, runs: Sequence[Run]) -> list[Run]:
    """The runs that Compare begins with: `siblings` of `run`; where a run of the gallery has none, those of the first that has some."""
    first = siblings(run, runs)
    if run is None or len(first) > 1 or not run.id.startswith("gallery/"):
        return first
    gallery = (siblings(other, runs) for other in runs if other.id.startswith("gallery/"))
    return next((those for those in gallery if len(those) > 1), first)


def choose_runs(runs: Sequence[Run], key: str, begin: Begin = siblings) -> list[Run]:
    """A widget for the runs to compare, each returned at the β in view; warns of runs in the link that do not exist.

    runs: the options; key: of the widget; begin: the runs to begin with, of the run in view and the options.
    """
    by_id = {run.id: at_current_beta(run) for run in [*runs, *_snapshots(runs, session().compared)]}
    requested = session().compared
    if missing := [id for id in requested if id not in by_id]:
        st.warning(f"These runs no longer exist and are left out: {', '.join(missing)}.", icon=":material/warning:")
    default = [id for id in requested if id in by_id] or [run.id for run in begin(current_run(), runs)]
    names = labels(list(by_id.values()))
    with st.container(key="off-stage-runs"):
        chosen = st.multiselect(
            "Runs",
            list(names),
            default=default,
            format_func=names.__getitem__,
            key=fresh_key(key),
            placeholder="Choose two or more runs",
        )
    session().compared = chosen
    return by_beta([by_id[id] for id in chosen])
