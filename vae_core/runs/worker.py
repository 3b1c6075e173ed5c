"""Worker processes that train queued runs and outlive the app: one per GPU, one for each core of a CPU.

A worker holds one of its device's slots, a lock file; one worker too many finds no slot and ends at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import torch
from filelock import AcquireReturnProxy, FileLock, Timeout

from ..config import BetascopeError
from ..cores import cores
from ..training import TrainingFailed, choose_device
from .claims import claim, queue_folder, queued, waiting
from .execute import alike
from .executors import RayCluster
from .files import RunError
from .machine import fitting, machine_name
from .run import Run
from .store import Store

LOG = logging.getLogger("betascope")


def slots(device: torch.device) -> int:
    """How many runs train on a device at once."""
    return fitting(device, cores())


def batches(device: torch.device) -> bool:
    """Whether variants of a model train faster as one batched model: on a GPU, which a small model alone leaves idle."""
    return device.type == "cuda"


def work(
    store: Store,
    device: str,
    train: Callable[[Run], object],
    train_group: Callable[[Sequence[Run]], object] | None = None,
) -> None:
    """Train queued runs of this device, oldest first, until none is left; other workers may do the same meanwhile.

    train_group: for runs that a GPU trains as one batched model.

    Raises:
        ConfigError: a device that is not on this machine. RunError: the store cannot be written.
    """
    chosen = choose_device(device)
    tried: set[Path] = set()  # on a full disk a run that failed still says "queued"
    while any(run.path not in tried for run in waiting(store, str(chosen))):
        slot = _free_slot(store, chosen)
        if slot is None:
            return  # the workers that hold the slots will get to these runs
        with slot:
            while (claimed := _claim_next(store, chosen, tried)) is not None:
                run, lock = claimed
                tried.add(run.path)
                with ExitStack() as locks:
                    locks.enter_context(lock)
                    if train_group and batches(chosen):
                        _train([run, *_claim_alike(store, chosen, run, locks)], train_group)
                    else:
                        _train([run], lambda runs: train(runs[0]))


def work_on(store: Store, device: str, cluster: RayCluster) -> None:
    """The same on a cluster: every queued run of this device becomes a task, also those queued later."""
    name = str(choose_device(device))
    while runs := waiting(store, name):
        with suppress(Timeout), FileLock(queue_folder(store) / "cluster.lock", is_singleton=False).acquire(timeout=0):
            cluster.train(store, runs, more=lambda: queued(store, name))
            continue
        return  # another worker submits to the cluster


def _free_slot(store: Store, device: torch.device) -> AcquireReturnProxy | None:
    """The lock of a free slot of the device; None if other workers hold them all."""
    name = f"{machine_name()}-{device}".replace(":", "-")
    for number in range(slots(device)):
        with suppress(Timeout):
            return FileLock(queue_folder(store) / f"{name}.{number}.lock", is_singleton=False).acquire(timeout=0)
    return None


def _claim_next(store: Store, device: torch.device, tried: Collection[Path]) -> tuple[Run, AcquireReturnProxy] | None:
    """The oldest queued run that no worker has claimed and this one has not tried, and the lock that claims it."""
    for run in queued(store, str(device)):
        if run.path not in tried and (lock := claim(run)) is not None:
            if _is_queued(run):
                return run, lock
            lock.lock.release()
    return None


def _is_queued(run: Run) -> bool:
    try:
        return run.status()["state"] == "queued"
    except RunError:
        return False  # deleted since it was listed


def _claim_alike(store: Store, device: torch.device, run: Run, locks: ExitStack) -> list[Run]:
    """The runs that can be trained together with this one, claimed as well."""
    candidates = [run, *(other for other in queued(store, str(device)) if other.path != run.path)]
    claimed = []
    for other in next(group for group in alike(candidates) if group[0] is run)[1:]:
        if (lock := claim(other)) is not None:
            locks.enter_context(lock)
            if _is_queued(other):
                claimed.append(other)
    return claimed


def _train(runs: Sequence[Run], train: Callable[[Sequence[Run]], object]) -> None:
    names = ", ".join(run.id for run in runs)
    LOG.info("Training %s", names)
    try:
        train(runs)
        LOG.info("Trained %s", names)
    except (BetascopeError, TrainingFailed) as error:
        # The reason is in the run's status; the queue continues with the next run.
        LOG.warning("%s: %s", names, error)
        _remove_from_queue(runs, str(error))
    except Exception as error:
        # A bug: the traceback goes to the log, the sentence to the status, and the queue continues.
        LOG.exception("%s stopped", names)
        _remove_from_queue(runs, f"Stopped by {type(error).__name__}: {error}")


def _remove_from_queue(runs: Sequence[Run], message: str) -> None:
    """Mark runs that failed before they started as failed, or a worker would claim them again and again."""
    for run in runs:
        with suppress(RunError):  # deleted meanwhile, or the disk is full
            if run.status()["state"] == "queued":
                run.set_status(state="failed", message=message)
