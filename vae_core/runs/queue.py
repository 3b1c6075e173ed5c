"""The queue of runs: submit, resume, pause, cancel. Worker processes (`worker.py`) train what is queued."""

from __future__ import annotations

import logging
from contextlib import suppress

from filelock import Timeout

from ..training import choose_device
from .claims import waiting
from .config import RunConfig
from .executors.protocol import STATE_OF
from .files import RunError, read_json, write_json
from .launch import start_worker
from .run import Run
from .store import Store
from .worker import slots

LOG = logging.getLogger("betascope")


def submit(store: Store, config: RunConfig) -> Run:
    """Create a run, queue it and start a worker for its device where one is needed.

    Raises:
        ConfigError: a device that is not on this machine. RunError: the store cannot be written.
    """
    device = choose_device(config.train.device)  # raises before anything is written
    run = store.create(config, state="queued")
    LOG.info("Queued %s", run.id)
    if len(waiting(store, str(device))) <= slots(device):  # else the workers of earlier runs will get to it
        start_worker(store, config.train.device)
    return run


def resume(store: Store, run: Run) -> None:
    """Queue a run again; it continues from its last save.

    Raises:
        RunError: it ships with the project, or is queued, running or done already.
    """
    if run.id.startswith("gallery/"):
        raise RunError(f"{run.id!r} ships with Betascope and cannot be resumed; train a new run instead.")
    run.check_whole("to train")
    try:
        with run.lock.acquire(timeout=1):  # of two who resume it at once, the second finds it queued
            state = read_json(run.path / "status.json").get("state")
            if state in ("queued", "done"):
                raise RunError(f"The run {run.id!r} is {state}; only a paused, cancelled or failed run can be resumed.")
            (run.path / "request.json").unlink(missing_ok=True)
            run.set_status(state="queued", message="")
    except Timeout:
        raise RunError(
            f"The run {run.id!r} is running; only a paused, cancelled or failed run can be resumed."
        ) from None
    except OSError as error:
        raise RunError(f"The run {run.id!r} cannot be resumed in {run.path.parent} ({error.strerror}).") from error
    LOG.info("Queued %s again", run.id)
    start_worker(store, run.config.train.device)


def request(run: Run, action: str, why: str = "") -> None:
    """Request "pause" or "cancel"; a queued run stops at once, a running one within about a second.

    why: one sentence for its status, in place of the usual one.

    Raises:
        RunError: the run is neither queued nor running.
    """
    run.check_whole(f"to {action}")
    state = run.status()["state"]
    if state not in ("queued", "running"):
        raise RunError(f"The run {run.id!r} is {state}; there is nothing to {action}.")
    write_json(run.path / "request.json", {"action": action, "why": why}, run.path)
    if state == "queued":
        with suppress(Timeout), run.lock.acquire(timeout=0.2):  # else a worker has begun with it, and reads the request
            run.set_status(state=STATE_OF[action], message=why or "Removed from the queue.")
