"""The training of the run in view as a slider over time: every page shows the run as it was at the moment chosen there."""

from __future__ import annotations

import streamlit as st

from vae_core.runs import Run

from ..components import mount, state_value
from ..live.props import training_props
from ..state import session

#: Seconds between two looks for a new snapshot while the run trains.
LOOK = 3.0


def training_time(run: Run | None) -> None:
    """The slider, with the ELBO at each moment; nothing for a run without snapshots. A moment that was chosen becomes the run in view;
    while the run trains, new snapshots join.
    """
    props = training_props(run)
    if run is None or props is None:
        return
    if props["trains"]:
        st.fragment(_live, run_every=LOOK)(run)
    else:
        _slider(run, props)


def _live(run: Run) -> None:
    """The slider of a run that trains; the page is drawn anew once a moment is chosen, or the training has ended."""
    props, shown = training_props(run), session().run
    if props is not None:
        _slider(run, props)
    if props is None or not props["trains"] or session().run != shown or session().run != run.id:
        st.rerun()


def _slider(run: Run, props: dict) -> None:
    key = f"frame.training.{props['run']}"

    def chosen() -> None:
        moments = run.moments()
        at = state_value(key, "at")
        if isinstance(at, int) and 0 <= at < len(moments) and moments[at][1].id != session().run:
            session().move_to(moments[at][1].id)

    mount("training", key, props, on_at_change=chosen)
