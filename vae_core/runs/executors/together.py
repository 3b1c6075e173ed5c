"""Variants of one model as one batched model, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ...config import BetascopeError, TrainingFailed
from ..execute import alike
from ..run import Run
from ..store import Store
from .protocol import OnProgress, set_not_started, state_of, steps_of, there


@dataclass
class Together:
    """Trains runs that differ in β alone as one batched model in this process, the others one by one: for a GPU.

    group: trains a group of runs; its second argument returns the requested action, if any.
    """

    group: Callable[[Sequence[Run], Callable[[], str | None]], object]
    poll: float = 0.2

    def train(self, store: Store, runs: Sequence[Run], on_progress: OnProgress | None = None) -> dict[str, str]:
        action: str | None = None
        due = 0.0

        def requested() -> str | None:
            nonlocal action, due
            if on_progress and action is None and time.monotonic() >= due:  # every variant of a group calls this
                action, due = on_progress(*steps_of(runs)), time.monotonic() + self.poll
            return action

        for group in alike(runs):
            if not (group := there(group)):
                continue
            if requested():
                for run in group:
                    set_not_started(run, str(action))
                continue
            # The reason is in the run's status; the other groups continue.
            with suppress(BetascopeError, TrainingFailed):
                self.group(group, requested)
        return {run.id: state_of(run) for run in runs}
