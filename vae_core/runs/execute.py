"""Train run folders from their last save to the end, and write the outcome to their status."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from typing import Any

from filelock import Timeout

from ..config import BetascopeError
from ..datasets.own.reading import reported_to
from ..datasets.roots import permitted
from ..models import create, family
from ..models.extras import FeatureNetwork
from ..training import TrainingFailed, choose_device, describe_device, fit
from ..training.distributed import ALONE, Group
from ..training.together import can_join, fit_together
from .files import RunError, read_json
from .held import remove_left_over
from .recorder import OnStep, Recorder
from .run import Run

STATE_AFTER = {"done": "done", "pause": "paused", "cancel": "cancelled"}
MESSAGE_AFTER = {"done": "", "pause": "Paused; resume to continue.", "cancel": "Cancelled; resume to continue."}


def execute(run: Run, on_progress: OnStep | None = None, group: Group = ALONE) -> str:
    """Train `run`, resuming from its last save; returns its new state. group: this process is its leader.

    Raises:
        RunError: it is being trained by another process.
        BetascopeError, TrainingFailed: why it failed; the reason is in the status too, and what was saved stays.
    """
    with ExitStack() as locks:
        _lock(run, locks)
        return _execute_locked(run, on_progress, group)


def _lock(run: Run, locks: ExitStack) -> None:
    """Hold the run's lock in this context.

    Raises:
        RunError: another process trains it or has finished it meanwhile, or the folder cannot be written.
    """
    run.check_whole("to train")
    try:
        locks.enter_context(run.lock.acquire(timeout=5))
    except Timeout:
        raise RunError(f"The run {run.id!r} is being trained by another process.") from None
    except OSError as error:
        raise RunError(f"The run {run.id!r} cannot be trained in {run.path.parent} ({error.strerror}).") from error
    if read_json(run.path / "status.json").get("state") == "done":
        raise RunError(f"The run {run.id!r} is complete: another process has just trained it.")
    remove_left_over(run.path.rglob(".*.tmp"))


def _execute_locked(run: Run, on_progress: OnStep | None, group: Group) -> str:
    with closing(Recorder(run, on_progress)) as recorder:
        return _train(run, recorder, group)


def _train(run: Run, recorder: Recorder, group: Group) -> str:
    try:
        device = choose_device(run.config.train.device)
        run.set_status(
            state="running", message="", pid=os.getpid(), started=time.time(), device=describe_device(device)
        )
        with reported_to(lambda done, total: run.set_status(message=f"Reading images: {done:,} of {total:,}.")):
            data = run.data("all")
        run.set_status(message="")
        model = create(run.config.family, run.config.model, run.config.train.seed)
        if run.config.model.perceptual_weight:
            model.feature_network = FeatureNetwork(
                list(Run.open(permitted(run.config.model.perceptual)).model().encoder.children())
            )
        outcome = fit(model, data, run.config.train, recorder, group)
    except (BetascopeError, TrainingFailed) as error:
        _set_failed(run, str(error))
        raise
    except BaseException as error:
        # A bug, or a signal from outside: the status gets the reason before the error is raised.
        _set_failed(run, f"Stopped by {type(error).__name__}: {error}")
        raise
    _set_ended(run, outcome)
    return STATE_AFTER[outcome]


def follow(run: Run, group: Group) -> str:
    """Train along with the leader of the group, which alone writes the folder; returns the run's state.

    Raises:
        BetascopeError, TrainingFailed: why it failed here.
    """
    model = create(run.config.family, run.config.model, run.config.train.seed)
    outcome = fit(model, run.data("all"), run.config.train, Recorder(run).follow(), group)
    return STATE_AFTER[outcome]


def execute_together(runs: Sequence[Run], on_progress: OnStep | None = None) -> dict[str, str]:
    """Train runs of one group of `alike` as one batched model; run id → its state.

    Raises:
        RunError: one of them is being trained by another process.
        BetascopeError: why none could start; the reason is in every status too.
    """
    with ExitStack() as locks:
        for run in runs:
            _lock(run, locks)
        first = runs[0].config
        try:
            device = describe_device(choose_device(first.train.device))
            for run in runs:
                run.set_status(state="running", message="", pid=os.getpid(), started=time.time(), device=device)
            models = [create(run.config.family, run.config.model, run.config.train.seed) for run in runs]
            shared = _once_a_step(on_progress) if on_progress else None
            recorders = [locks.enter_context(closing(Recorder(run, shared))) for run in runs]
            outcomes = fit_together(models, runs[0].data("all"), first.train, recorders)
        except BaseException as error:
            message = str(error) if isinstance(error, BetascopeError) else f"Stopped by {type(error).__name__}: {error}"
            for run in runs:
                _set_failed(run, message)
            raise
        for run, outcome in zip(runs, outcomes, strict=True):
            if isinstance(outcome, TrainingFailed):
                _set_failed(run, str(outcome))
            else:
                _set_ended(run, outcome)
    return {run.id: run.status()["state"] for run in runs}


def alike(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups that can be trained together, in their order; a sweep over β usually is one group."""
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


def _once_a_step(on_progress: OnStep) -> OnStep:
    """One answer for all variants at a step, so that they stop at the same step and can be resumed together."""
    last_step, action = -1, None

    def once(step: int, total: int, status: dict[str, Any]) -> str | None:
        nonlocal last_step, action
        if step != last_step:
            last_step, action = step, on_progress(step, total, status)
        return action

    return once


def _set_ended(run: Run, outcome: str) -> None:
    request = run.path / "request.json"
    why = read_json(request).get("why") if request.exists() and outcome != "done" else None
    request.unlink(missing_ok=True)
    run.set_status(state=STATE_AFTER[outcome], message=why or MESSAGE_AFTER[outcome], finished=time.time())
    if outcome == "done":
        # Three times the size of the weights, and no longer needed: once the status says so, or a kill would lose all steps.
        shutil.rmtree(run.path / "resume", ignore_errors=True)


def _set_failed(run: Run, message: str) -> None:
    """Write the reason to the status; a disk too full even for that must not hide the reason itself."""
    with suppress(RunError):
        run.set_status(state="failed", message=message, finished=time.time())
