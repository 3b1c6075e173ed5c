"""A queue of runs, trained by worker processes that outlive the app: one per GPU, one for each core of a CPU.

The queue is the run folders themselves: whatever says "queued" is in it, oldest first. A worker holds one of the
device's slots, a lock file; starting one too many is harmless, it leaves at once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import torch
from filelock import AcquireReturnProxy, FileLock, Timeout

from ..config import BetascopeError, ConfigError
from ..training import TrainingFailed, choose_device
from .cluster import RayCluster
from .config import RunConfig
from .execute import alike
from .executors import cores, fitting
from .files import RunError, write_json
from .run import Run
from .store import Store


def submit(store: Store, config: RunConfig) -> Run:
    """Create a run, queue it and see that a worker is there for its device."""
    device = choose_device(config.train.device)  # one that is not here is told before anything is written
    run = store.create(config, state="queued")
    if len(waiting(store, str(device))) <= slots(device):  # else the workers of those before will come to it
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


def request(run: Run, action: str) -> None:
    """Ask for "pause" or "cancel"; a queued run takes it at once, a running one within about a second.

    Raises:
        RunError: the run is neither queued nor running.
    """
    state = run.status()["state"]
    if state not in ("queued", "running"):
        raise RunError(f"The run {run.id!r} is {state}; there is nothing to {action}.")
    write_json(run.path / "request.json", {"action": action})
    if state == "queued":
        run.set_status(state="paused" if action == "pause" else "cancelled", message="Taken out of the queue.")


def start_worker(store: Store, device: str) -> None:
    """Start a worker for this device in a session of its own, so that closing the app does not end it."""
    name = str(choose_device(device))
    log = _queue_folder(store) / f"{name.replace(':', '-')}.log"
    with open(log, "ab") as output:
        worker = subprocess.Popen(
            [
                *niced(),
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


def niced() -> list[str]:
    """What makes a command give way: pictures that somebody drags on the same cores go first."""
    return ["nice", "-n", "10"] if shutil.which("nice") else []


def slots(device: torch.device) -> int:
    """How many runs train on a device at once."""
    return fitting(device, cores())


def work(
    store: Store,
    device: str,
    train: Callable[[Run], object],
    train_group: Callable[[Sequence[Run]], object] | None = None,
) -> None:
    """Train queued runs of this device, oldest first, until none is left; other workers may be at it too.

    train_group: for runs that a GPU trains as one batched model.

    Raises:
        ConfigError: a device that is not on this machine. RunError: the store cannot be written.
    """
    here = choose_device(device)
    while waiting(store, str(here)):
        slot = _free_slot(store, here)
        if slot is None:
            return  # as many as fit are at work and will come to these runs
        with slot:
            while (taken := _take(store, here)) is not None:
                run, claim = taken
                with ExitStack() as claims:
                    claims.enter_context(claim)
                    claims.enter_context(_share_of_cores(store, here))
                    if train_group and batches(here):
                        _train([run, *_take_alike(store, here, run, claims)], train_group)
                    else:
                        _train([run], lambda runs: train(runs[0]))


def work_on(store: Store, device: str, cluster: RayCluster) -> None:
    """The same through a cluster: all queued runs of this device are its tasks, those that come meanwhile too."""
    here = choose_device(device)
    while runs := waiting(store, str(here)):
        with suppress(Timeout), FileLock(_queue_folder(store) / "cluster.lock", is_singleton=False).acquire(timeout=0):
            cluster.train(store, runs, more=lambda: _queued(store, str(here)))
            continue
        return  # another worker speaks to the cluster


def waiting(store: Store, device: str) -> list[Run]:
    """The runs that wait for this device and that no worker has taken, oldest first."""
    return [run for run in _queued(store, device) if _is_free(run)]


def _queued(store: Store, device: str) -> list[Run]:
    found = [run for run in store.runs() if isinstance(run, Run) and _device_of(run) == device]
    return sorted(found, key=lambda run: run.config.created)


def _free_slot(store: Store, device: torch.device) -> AcquireReturnProxy | None:
    """One of the device's places, taken; None when others hold them all."""
    name = str(device).replace(":", "-")
    for number in range(slots(device)):
        with suppress(Timeout):
            return FileLock(_queue_folder(store) / f"{name}.{number}.lock", is_singleton=False).acquire(timeout=0)
    return None


def _take(store: Store, device: torch.device) -> tuple[Run, AcquireReturnProxy] | None:
    """The oldest run that nobody has taken, with the lock that says so."""
    for run in _queued(store, str(device)):
        claim = _claim(run)
        if claim is not None and run.status()["state"] == "queued":
            return run, claim
    return None


def batches(device: torch.device) -> bool:
    """Whether variants pay as one batched model: on a GPU, where a small model alone is all waiting."""
    return device.type == "cuda"


def _take_alike(store: Store, device: torch.device, run: Run, claims: ExitStack) -> list[Run]:
    """The runs that can be trained together with this one, taken as well."""
    queued = [run, *(other for other in _queued(store, str(device)) if other.path != run.path)]
    found = []
    for other in next(group for group in alike(queued) if group[0] is run)[1:]:
        if (claim := _claim(other)) is not None and other.status()["state"] == "queued":
            claims.enter_context(claim)
            found.append(other)
    return found


def _claim(run: Run) -> AcquireReturnProxy | None:
    """Between "queued" and "running" a run belongs to the worker that holds this lock."""
    try:
        return FileLock(run.path / ".claim", is_singleton=False).acquire(timeout=0)
    except (Timeout, OSError):
        return None  # taken, or deleted since it was listed


def _is_free(run: Run) -> bool:
    claim = _claim(run)
    if claim is not None:
        claim.lock.release()
    return claim is not None


@contextmanager
def _share_of_cores(store: Store, device: torch.device) -> Iterator[None]:
    """As many threads as are left when every run that trains or waits has its part."""
    before = torch.get_num_threads()
    if device.type == "cpu":
        states = [run.status()["state"] for run in store.runs() if isinstance(run, Run)]
        at_once = min(slots(device), sum(state in ("queued", "running") for state in states))
        torch.set_num_threads(max(1, before // max(1, at_once)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _device_of(run: Run) -> str | None:
    """The device that a queued run waits for."""
    try:
        return str(choose_device(run.config.train.device)) if run.status()["state"] == "queued" else None
    except RunError:
        return None  # deleted since it was listed
    except ConfigError as error:
        run.set_status(state="failed", message=str(error))  # a store brought from another machine
        return None


def _train(runs: Sequence[Run], train: Callable[[Sequence[Run]], object]) -> None:
    try:
        train(runs)
    except (BetascopeError, TrainingFailed) as error:
        # The run's own status carries the reason to the person; the queue goes on with the next.
        print(f"{', '.join(run.id for run in runs)}: {error}", file=sys.stderr, flush=True)
        _never_again(runs, str(error))
    except Exception as error:
        # A defect of ours: the status says what, the log where, and the rest of the queue still gets its turn.
        traceback.print_exc()
        _never_again(runs, f"Stopped by {type(error).__name__}: {error}")


def _never_again(runs: Sequence[Run], message: str) -> None:
    """Runs that could not even begin leave the queue, or they would be taken up again for ever."""
    for run in runs:
        if run.path.is_dir() and run.status()["state"] == "queued":
            run.set_status(state="failed", message=message)


def _queue_folder(store: Store) -> Path:
    folder = store.root / ".queue"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"Could not write to {store.root} ({error.strerror}); choose another --store.") from error
    return folder
