"""Train one run folder from where it stands to its end, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import Timeout

from ..config import BetascopeError
from ..models import create
from ..models.extras import Eye
from ..training import TrainingFailed, choose_device, describe_device, fit
from .files import RunError
from .recorder import Recorder
from .run import Run

STATE_AFTER = {"done": "done", "pause": "paused", "cancel": "cancelled"}
MESSAGE_AFTER = {"done": "", "pause": "Paused; resume to go on.", "cancel": "Cancelled; resume to go on."}


def execute(run: Run, on_progress: Callable[[int, int, dict[str, Any]], str | None] | None = None) -> str:
    """Train `run`, resuming where it was saved; returns its new state.

    Raises:
        RunError: it is being trained by another process.
        BetascopeError, TrainingFailed: why it failed; the status says so too, and what was saved stays.
    """
    try:
        with run.lock.acquire(timeout=5):
            return _execute_locked(run, on_progress)
    except Timeout:
        raise RunError(f"The run {run.id!r} is being trained by another process.") from None


def _execute_locked(run: Run, on_progress: Callable[[int, int, dict[str, Any]], str | None] | None) -> str:
    try:
        device = choose_device(run.config.train.device)
        run.set_status(
            state="running", message="", pid=os.getpid(), started=time.time(), device=describe_device(device)
        )
        data = run.data("all")
        model = create(run.config.family, run.config.model, run.config.train.seed)
        if run.config.model.perceptual_weight:
            model.eye = Eye(list(Run.open(Path(run.config.model.perceptual)).model().encoder.children()))
        outcome = fit(model, data, run.config.train, Recorder(run, on_progress))
    except (BetascopeError, TrainingFailed) as error:
        _failed(run, str(error))
        raise
    except BaseException as error:
        # A defect or a kill from outside: say so in the folder before it goes on its way.
        _failed(run, f"Stopped by {type(error).__name__}: {error}")
        raise
    (run.path / "request.json").unlink(missing_ok=True)
    if outcome == "done":
        shutil.rmtree(run.path / "resume", ignore_errors=True)  # three times the weights, of no more use
    run.set_status(state=STATE_AFTER[outcome], message=MESSAGE_AFTER[outcome], finished=time.time())
    return STATE_AFTER[outcome]


def _failed(run: Run, message: str) -> None:
    """Say so in the folder; a disk too full even for that must not hide the first reason."""
    with suppress(RunError):
        run.set_status(state="failed", message=message, finished=time.time())
