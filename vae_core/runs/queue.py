"""A queue of runs, one at a time per device, trained by a worker process that outlives the app.

The queue is the run folders themselves: whatever says "queued" is in it, oldest first. A worker holds the
device's lock file; starting a second one is harmless, it leaves at once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from ..config import BetascopeError, ConfigError
from ..training import TrainingFailed, choose_device
from .config import RunConfig
from .files import RunError, write_json
from .run import Run
from .store import Store


def submit(store: Store, config: RunConfig) -> Run:
    """Create a run, queue it and see that a worker is there for its device."""
    choose_device(config.train.device)  # a device that is not here is told before anything is written
    run = store.create(config, state="queued")
    start_worker(store, config.train.device)
    return run


def resume(store: Store, run: Run) -> None:
    """Queue a run again; it goes on from its last save.

    Raises:
        RunError: it ships with the project, or is queued, running or done already.
    """
    state = run.status()["state"]
    if run.id.startswith("gallery/"):
        raise RunError(f"{run.id!r} ships with Betascope and cannot be trained on; train a new run instead.")
    if state in ("queued", "running", "done"):
        raise RunError(f"The run {run.id!r} is {state}; only a paused, cancelled or failed run can be resumed.")
    (run.path / "request.json").unlink(missing_ok=True)
    run.set_status(state="queued", message="")
    start_worker(store, run.config.train.device)


def request(run: Run, wish: str) -> None:
    """Ask for "pause" or "cancel"; a queued run takes it at once, a running one within about a second.

    Raises:
        RunError: the run is neither queued nor running.
    """
    state = run.status()["state"]
    if state not in ("queued", "running"):
        raise RunError(f"The run {run.id!r} is {state}; there is nothing to {wish}.")
    write_json(run.path / "request.json", {"wish": wish})
    if state == "queued":
        run.set_status(state="paused" if wish == "pause" else "cancelled", message="Taken out of the queue.")


def start_worker(store: Store, device: str) -> None:
    """Start a worker for this device in a session of its own, so that closing the app does not end it."""
    name = str(choose_device(device))
    log = _queue_folder(store) / f"{name.replace(':', '-')}.log"
    with open(log, "ab") as output:
        worker = subprocess.Popen(
            [
                *gently(),
                sys.executable,
                "-m",
                "vae_core",
                "work",
                "--store",
                str(store.root.resolve()),
                "--device",
                name,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
        )
    # Somebody must take note of its end while this process lives, or it stays as a zombie.
    threading.Thread(target=worker.wait, daemon=True).start()


def gently() -> list[str]:
    """What makes a command give way: pictures that somebody drags on the same cores go first."""
    return ["nice", "-n", "10"] if shutil.which("nice") else []


def work(store: Store, device: str, train: Callable[[Run], object]) -> None:
    """Train queued runs of this device, oldest first, until none is left.

    Raises:
        ConfigError: a device that is not on this machine. RunError: the store cannot be written.
    """
    device = str(choose_device(device))
    lock = FileLock(_queue_folder(store) / f"{device.replace(':', '-')}.lock", is_singleton=False)
    while next_queued(store, device) is not None:
        try:
            with lock.acquire(timeout=0):
                while (run := next_queued(store, device)) is not None:
                    _train_one(run, train)
        except Timeout:
            return  # another worker has the device and will come to this run


def next_queued(store: Store, device: str) -> Run | None:
    """The oldest run that waits for this device."""
    waiting = [run for run in store.runs() if isinstance(run, Run) and _device_of(run) == device]
    return min(waiting, key=lambda run: run.config.created, default=None)


def _device_of(run: Run) -> str | None:
    """The device that a queued run waits for."""
    try:
        return str(choose_device(run.config.train.device)) if run.status()["state"] == "queued" else None
    except RunError:
        return None  # deleted since it was listed
    except ConfigError as error:
        run.set_status(state="failed", message=str(error))  # a store brought from another machine
        return None


def _train_one(run: Run, train: Callable[[Run], object]) -> None:
    try:
        train(run)
    except (BetascopeError, TrainingFailed) as error:
        # The run's own status carries the reason to the person; the queue goes on with the next.
        print(f"{run.id}: {error}", file=sys.stderr, flush=True)
        _never_again(run, str(error))
    except Exception as error:
        # A defect of ours: the status says what, the log where, and the rest of the queue still gets its turn.
        traceback.print_exc()
        _never_again(run, f"Stopped by {type(error).__name__}: {error}")


def _never_again(run: Run, message: str) -> None:
    """A run that could not even begin leaves the queue, or it would be taken up again for ever."""
    if run.path.is_dir() and run.status()["state"] == "queued":
        run.set_status(state="failed", message=message)


def _queue_folder(store: Store) -> Path:
    folder = store.root / ".queue"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"Could not write to {store.root} ({error.strerror}); choose another --store.") from error
    return folder
