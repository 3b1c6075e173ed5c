"""The interface of all executors, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from ..run import Run
from ..store import Store

#: Called a few times a second with (steps done, total steps) of all runs; returning "pause" or "cancel" stops them all, saved.
OnProgress = Callable[[int, int], str | None]
STATE_OF = {"cancel": "cancelled", "pause": "paused"}


class Executor(Protocol):
    """Trains runs of a store."""

    def train(self, store: Store, runs: Sequence[Run], on_progress: OnProgress | None = None) -> dict[str, str]:
        """Run id → its final state (`state_of`). A run that fails has the reason in its status; neither it nor one that was deleted
        meanwhile stops the others.
        """
        ...


def set_not_started(run: Run, action: str) -> None:
    """The status of a run that was paused or cancelled before its first step."""
    run.set_status(state=STATE_OF[action], message="Not started; resume to continue.")


def there(runs: Iterable[Run]) -> list[Run]:
    """Those that nobody has deleted."""
    return [run for run in runs if run.path.is_dir()]


def state_of(run: Run) -> str:
    """The state in its status, or "deleted"."""
    return run.status()["state"] if run.path.is_dir() else "deleted"


def steps_of(runs: Iterable[Run]) -> tuple[int, int]:
    """(steps done, total steps) over these runs, from their folders."""
    done = total = 0
    for run in there(runs):
        status = run.status()
        steps = status.get("total") or run.config.train.total_steps(run.config.model.train_size)
        done += steps if status["state"] == "done" else int(status.get("step", 0))
        total += steps
    return done, total
