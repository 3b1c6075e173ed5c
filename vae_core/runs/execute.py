"""Train one run folder from where it stands to its end, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from typing import Any

from filelock import Timeout

from ..config import BetascopeError
from ..datasets import load
from ..models import create
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
        data = load(run.config.data)
        model = create(run.config.family, run.config.model, run.config.train.seed)
        outcome = fit(model, data, run.config.train, Recorder(run, on_progress))
    except (BetascopeError, TrainingFailed) as error:
        run.set_status(state="failed", message=str(error), finished=time.time())
        raise
    except BaseException as error:
        # A defect or a kill from outside: say so in the folder before it goes on its way.
        run.set_status(state="failed", message=f"Stopped by {type(error).__name__}: {error}", finished=time.time())
        raise
    (run.path / "request.json").unlink(missing_ok=True)
    if outcome == "done":
        shutil.rmtree(run.path / "resume", ignore_errors=True)  # three times the weights, of no more use
    run.set_status(state=STATE_AFTER[outcome], message=MESSAGE_AFTER[outcome], finished=time.time())
    return STATE_AFTER[outcome]
