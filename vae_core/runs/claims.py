"""The runs that wait for a device, and the locks with which workers claim them.

The queue is the run folders themselves: every run whose status is "queued" is in it, oldest first.
"""

from __future__ import annotations

from pathlib import Path

from filelock import AcquireReturnProxy, Timeout

from ..config import ConfigError
from ..training import choose_device
from .files import RunError
from .machine import trains_here
from .run import Run
from .store import Store


def queued(store: Store, device: str) -> list[Run]:
    """The queued runs of this device, oldest first."""
    runs = [run for run in store.runs() if isinstance(run, Run) and _device_of(run) == device]
    return sorted(runs, key=lambda run: run.config.created)


def waiting(store: Store, device: str) -> list[Run]:
    """The queued runs of this device that no worker has claimed, oldest first."""
    return [run for run in queued(store, device) if _is_free(run)]


def claim(run: Run) -> AcquireReturnProxy | None:
    """The lock that gives a run to one worker until it is training; None if another worker has it."""
    try:
        return run.lock_file(".claim").acquire(timeout=0)
    except (Timeout, OSError, RunError):
        return None  # claimed, or deleted since it was listed


def _is_free(run: Run) -> bool:
    lock = claim(run)
    if lock is not None:
        lock.lock.release()
    return lock is not None


def _device_of(run: Run) -> str | None:
    """The device that a queued run waits for; None if the run is not queued."""
    try:
        return str(choose_device(run.config.train.device)) if run.status()["state"] == "queued" else None
    except RunError:
        return None  # deleted since it was listed
    except ConfigError as error:
        if trains_here():
            run.set_status(state="failed", message=str(error))  # a store copied from another machine
        return None


def queue_folder(store: Store) -> Path:
    """The folder of slots and logs of workers.

    Raises:
        RunError: the store cannot be written.
    """
    folder = store.root / ".queue"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"Could not write to {store.root} ({error.strerror}); choose another --store.") from error
    return folder
