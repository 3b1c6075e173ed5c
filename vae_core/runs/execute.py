"""Train run folders from where they stand to their end, whatever happens on the way."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from filelock import Timeout

from ..config import BetascopeError
from ..models import create, family
from ..models.extras import FeatureNetwork
from ..training import TrainingFailed, choose_device, describe_device, fit
from ..training.distributed import ALONE, Group
from ..training.together import can_join, fit_together
from .files import RunError
from .recorder import Recorder
from .run import Run

STATE_AFTER = {"done": "done", "pause": "paused", "cancel": "cancelled"}
MESSAGE_AFTER = {"done": "", "pause": "Paused; resume to go on.", "cancel": "Cancelled; resume to go on."}


def execute(
    run: Run, on_progress: Callable[[int, int, dict[str, Any]], str | None] | None = None, group: Group = ALONE
) -> str:
    """Train `run`, resuming where it was saved; returns its new state. group: of which this process is the leader.

    Raises:
        RunError: it is being trained by another process.
        BetascopeError, TrainingFailed: why it failed; the status says so too, and what was saved stays.
    """
    try:
        with run.lock.acquire(timeout=5):
            return _execute_locked(run, on_progress, group)
    except Timeout:
        raise RunError(f"The run {run.id!r} is being trained by another process.") from None


def _execute_locked(
    run: Run, on_progress: Callable[[int, int, dict[str, Any]], str | None] | None, group: Group
) -> str:
    try:
        device = choose_device(run.config.train.device)
        run.set_status(
            state="running", message="", pid=os.getpid(), started=time.time(), device=describe_device(device)
        )
        data = run.data("all")
        model = create(run.config.family, run.config.model, run.config.train.seed)
        if run.config.model.perceptual_weight:
            model.feature_network = FeatureNetwork(
                list(Run.open(Path(run.config.model.perceptual)).model().encoder.children())
            )
        outcome = fit(model, data, run.config.train, Recorder(run, on_progress), group)
    except (BetascopeError, TrainingFailed) as error:
        _failed(run, str(error))
        raise
    except BaseException as error:
        # A defect or a kill from outside: say so in the folder before it goes on its way.
        _failed(run, f"Stopped by {type(error).__name__}: {error}")
        raise
    _ended(run, outcome)
    return STATE_AFTER[outcome]


def follow(run: Run, group: Group) -> str:
    """Train along with the leader of the group, who keeps the folder; returns its state.

    Raises:
        BetascopeError, TrainingFailed: why it failed here.
    """
    model = create(run.config.family, run.config.model, run.config.train.seed)
    outcome = fit(model, run.data("all"), run.config.train, Recorder(run).follow(), group)
    return STATE_AFTER[outcome]


def execute_together(
    runs: Sequence[Run], on_progress: Callable[[int, int, dict[str, Any]], str | None] | None = None
) -> dict[str, str]:
    """Train runs that `alike` has found to differ in β alone as one batched model; run id → its state.

    Raises:
        RunError: one of them is being trained by another process.
        BetascopeError: why none could begin; every status says so too.
    """
    with ExitStack() as locks:
        for run in runs:
            try:
                locks.enter_context(run.lock.acquire(timeout=5))
            except Timeout:
                raise RunError(f"The run {run.id!r} is being trained by another process.") from None
        first = runs[0].config
        try:
            device = describe_device(choose_device(first.train.device))
            for run in runs:
                run.set_status(state="running", message="", pid=os.getpid(), started=time.time(), device=device)
            models = [create(run.config.family, run.config.model, run.config.train.seed) for run in runs]
            recorders = [Recorder(run, on_progress) for run in runs]
            outcomes = fit_together(models, runs[0].data("all"), first.train, recorders)
        except BaseException as error:
            told = str(error) if isinstance(error, BetascopeError) else f"Stopped by {type(error).__name__}: {error}"
            for run in runs:
                _failed(run, told)
            raise
        for run, outcome in zip(runs, outcomes, strict=True):
            if isinstance(outcome, TrainingFailed):
                _failed(run, str(outcome))
            else:
                _ended(run, outcome)
    return {run.id: run.status()["state"] for run in runs}


def alike(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups that can be trained together, in their order; most often a sweep over β is one group."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        config = run.config
        key: object = run.id
        if can_join(family(config.family), config.model, config.train):
            model = json.dumps(config.model.replace(beta=1.0).to_dict())
            saved = run.history()[-1]["step"] if run.history() else 0
            key = (config.data, config.fingerprint, config.family, model, config.train, saved)
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def _ended(run: Run, outcome: str) -> None:
    (run.path / "request.json").unlink(missing_ok=True)
    if outcome == "done":
        shutil.rmtree(run.path / "resume", ignore_errors=True)  # three times the weights, of no more use
    run.set_status(state=STATE_AFTER[outcome], message=MESSAGE_AFTER[outcome], finished=time.time())


def _failed(run: Run, message: str) -> None:
    """Say so in the folder; a disk too full even for that must not hide the first reason."""
    with suppress(RunError):
        run.set_status(state="failed", message=message, finished=time.time())
