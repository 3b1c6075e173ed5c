"""The interface of all executors, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ..run import Run
from ..store import Store

#: Called a few times a second with (steps done, total steps) of all runs; returning "pause" or "cancel" stops them all, saved.
OnProgress = Callable[[int, int], str | None]
STATE_OF = {"cancel": "cancelled", "pause": "paused"}


class Executor(Protocol):
    """Trains runs of a store."""

    def train(self, store: Store, runs: Sequence[Run], on_progress: OnProgress | None = None) -> dict[str, str]:
        """Run id → its final state. A run that fails has the reason in its status and does not stop the others."""
        ...


def set_not_started(run: Run, action: str) -> None:
    """The status of a run that was paused or cancelled before its first step."""
    run.set_status(state=STATE_OF[action], message="Not started; resume to continue.")


def steps_of(runs: Sequence[Run]) -> tuple[int, int]:
    """(steps done, total steps) over these runs, from their folders."""
    done = total = 0
    for run in runs:
        status = run.status()
        steps = status.get("total") or run.config.train.total_steps(run.config.model.train_size)
        done += steps if status["state"] == "done" else int(status.get("step", 0))
        total += steps
    return done, total
