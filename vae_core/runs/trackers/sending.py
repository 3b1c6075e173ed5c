"""Sends a run's numbers to its trackers. One that fails is left out from then on: training goes on, with one alert."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...training.monitors import Alert
from ...training.state import TrainingState
from ...training.steps import Plan
from ..run import Run
from . import TRACKERS, check_installed, names_in
from .pictures import Pictures
from .protocol import Tracker, numbers_of, settings_of

LOG = logging.getLogger(__name__)
#: Characters of a tracker's own reason.
LONGEST = 160


class Trackers:
    """The open trackers of a run, and the alerts on those that failed."""

    def __init__(self, run: Run) -> None:
        self.run, self.alerts = run, list[Alert]()
        self.open: dict[str, Tracker] = {}
        self.pictures: Pictures | None = None

    def begin(self, state: TrainingState, plan: Plan) -> None:
        """Open the logs, those of a resumed run where they ended.

        Raises:
            ConfigError: a tracker that is not installed.
        """
        log = self.run.config.train.log
        check_installed(log)
        settings = settings_of(replace(self.run.config, train=plan.config))
        for name in names_in(log):
            if tracker := self._tried(name, lambda name=name: TRACKERS[name].open(self.run, settings)):  # type: ignore[misc]
                self.open[name] = tracker
        if self.open:
            self.pictures = Pictures(state, plan)

    def evaluated(self, state: TrainingState, record: dict[str, Any]) -> None:
        """Send one line of `metrics.jsonl`, and pictures where they are due."""
        step, numbers, pictures = state.step, numbers_of(record), self.pictures
        self._each(lambda tracker: tracker.numbers(step, numbers))
        if self.open and pictures is not None and pictures.due(state):
            with pictures.timed(step):
                drawn = pictures.draw(state.model, record)
                self._each(lambda tracker: tracker.pictures(step, drawn))

    def close(self, state: str) -> None:
        """End the logs; `state` is the run's."""
        self._each(lambda tracker: tracker.close(state))
        self.open = {}

    def _each(self, call: Callable[[Tracker], None]) -> None:
        for name, tracker in list(self.open.items()):
            self._tried(name, lambda tracker=tracker: call(tracker))  # type: ignore[misc]

    def _tried(self, name: str, call: Callable[[], Any]) -> Any:
        """What the call returns; None where it fails, which ends this tracker."""
        try:
            return call()
        except Exception as error:  # whatever another's library raises, training goes on
            self.open.pop(name, None)
            reason = (str(error).strip().splitlines() or [""])[0][:LONGEST]
            alert = Alert(
                "tracker failed",
                f"{TRACKERS[name].title} takes no more numbers of this run ({type(error).__name__}: {reason}).",
                "Training goes on, and its curves are complete here; a resumed run tries again.",
            )
            self.alerts.append(alert)
            LOG.warning("%s", alert.message)
            LOG.debug("Its trace:", exc_info=error)
            return None
