"""The training of the run in view as a slider over time: every page shows the run as it was at the moment chosen there."""

from __future__ import annotations

from vae_core.runs import Run

from ..components import mount, state_value
from ..live.props import training_props
from ..state import session


def training_time(run: Run | None) -> None:
    """The slider, with the ELBO at each moment; nothing for a run without snapshots. A moment that was chosen becomes the run in view."""
    props = training_props(run)
    if run is None or props is None:
        return
    key = f"frame.training.{props['run']}"

    def chosen() -> None:
        moments = run.moments()
        at = state_value(key, "at")
        if isinstance(at, int) and 0 <= at < len(moments) and moments[at][1].id != session().run:
            session().move_to(moments[at][1].id)

    mount("training", key, props, on_at_change=chosen)
