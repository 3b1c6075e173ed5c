"""Writes a run's progress to its folder while it trains, and reads requests to pause or cancel."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..training import Listener, describe_device, watch
from ..training.device import PRECISION_TITLES
from ..training.state import TrainingState
from ..training.steps import Plan
from .files import RunError, read_json, read_tensors, write_bytes, write_json, write_tensors
from .run import Run
from .trackers.sending import Trackers

#: Called with (step, total steps, status); may return an action.
OnStep = Callable[[int, int, dict[str, Any]], str | None]
ACTIONS = ("pause", "cancel")


class Recorder(Listener):
    """Saves at every evaluation: resume state, weights, history; the status about once a second.

    The resume file holds weights, optimiser and random-number state together, so a kill between any two
    writes leaves a consistent state; weights and history are then written again from it.
    """

    def __init__(self, run: Run, on_progress: OnStep | None = None) -> None:
        self.run, self.on_progress = run, on_progress
        self.resume_path = run.path / "resume" / "state.safetensors"
        self.snapshot_steps: frozenset[int] = frozenset()
        self._last_status, self._execution = -1.0, ""
        self.trackers = Trackers(run)

    def begin(self, state: TrainingState, plan: Plan) -> None:
        self.snapshot_steps = plan.snapshot_steps
        self._write_arithmetic(plan)
        if self.resume_path.exists():
            self._restore(state)
            self._write_history(state)
        self.trackers.begin(state, plan)

    def follow(self) -> Listener:
        """For the other processes of a group: it resumes from the same save, and writes nothing."""
        return _Follower(self)

    def progress(self, state: TrainingState, total: int, images_per_second: float) -> str | None:
        now = time.monotonic()  # the clock of the wall may be set back meanwhile
        left = (total - state.step) * self.run.config.train.batch_size / max(images_per_second, 1e-9)
        status = {
            "step": state.step,
            "total": total,
            "images_per_second": round(images_per_second, 1),
            "seconds_left": round(left, 1) if images_per_second else None,
        }
        if now - self._last_status >= 1.0:
            self._last_status = now
            self.run.set_status(**status)
        action = self.on_progress(state.step, total, status) if self.on_progress else None
        return action or self._requested()

    def evaluated(self, state: TrainingState, record: dict[str, Any]) -> None:
        folder = self.run.path
        write_tensors(self.resume_path, state.tensors(), state.numbers(), folder)
        weights = state.model.state_dict()
        write_tensors(self.run.weights_path, weights, within=folder)
        if state.step in self.snapshot_steps:
            write_tensors(folder / "snapshots" / f"{state.step}.safetensors", weights, within=folder)
        self._write_history(state)
        self.trackers.evaluated(state, record)
        self.run.set_status(
            step=state.step,
            epoch=record["epoch"],
            alerts=[alert.to_dict() for alert in (*watch(state.history), *self.trackers.alerts)],
            device=self._describe(state.history),
        )

    def close(self) -> None:
        """End the logs of trackers, once the run's status says how it ended."""
        if not self.trackers.open:
            return
        before = len(self.trackers.alerts)
        self.trackers.close(read_json(self.run.path / "status.json")["state"])
        if late := self.trackers.alerts[before:]:
            alerts = read_json(self.run.path / "status.json").get("alerts", [])
            self.run.set_status(alerts=[*alerts, *(alert.to_dict() for alert in late)])

    def _write_arithmetic(self, plan: Plan) -> None:
        """What `auto` resolved to goes into config.json, so that a resumed run computes as before."""
        train = plan.config
        if self.run.config.train != train:
            folder = self.run.path
            write_json(folder / "config.json", replace(self.run.config, train=train).to_dict(), folder)
        self._plan = plan
        self.run.set_status(device=self._describe())

    def started(self, execution: str) -> None:
        self._execution = execution
        self.run.set_status(device=self._describe())

    def _describe(self, history: Sequence[dict[str, Any]] = ()) -> str:
        """Device, threads, precision and how steps run, for users."""
        threads = [number for record in history for number in record.get("threads", ())]
        parts = (
            describe_device(self._plan.batches.device, threads),
            PRECISION_TITLES[self._plan.config.precision],
            self._execution,
        )
        return ", ".join(filter(None, parts))

    def _restore(self, state: TrainingState) -> None:
        """
        Raises:
            RunError: the saved state cannot be read, or config.json was changed since.
        """
        saved = read_tensors(self.resume_path)
        try:
            state.restore(*saved)
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"The saved state of the run {self.run.id!r} belongs to other settings than its config.json; "
                "put the original config.json back, or train a new run."
            ) from error

    def _write_history(self, state: TrainingState) -> None:
        lines = "".join(json.dumps(record, allow_nan=False) + "\n" for record in state.history)
        write_bytes(self.run.path / "metrics.jsonl", lines.encode(), self.run.path)

    def _requested(self) -> str | None:
        path = self.run.path / "request.json"
        if not path.exists():
            return None
        request = read_json(path)
        action = request.get("action", request.get("wish"))  # "wish": written by version 0.1.0 before it was renamed
        return action if action in ACTIONS else None


class _Follower(Listener):
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def begin(self, state: TrainingState, plan: Plan) -> None:
        if self.recorder.resume_path.exists():
            self.recorder._restore(state)
