"""What a client has used, read from the store, and the refusals that follow from it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from vae_core.runs import BrokenRun, Run, RunError, Store
from vae_core.runs.store import NOT_RUNS, folders

from . import client
from .limits import Limits, OverLimit, limits
from .owners import owner_of

DAY = 24 * 3600.0
GIGABYTE = 1e9


def own(runs: Iterable[Run | BrokenRun]) -> list[Run]:
    """Those of these runs that are the current client's."""
    mine = client.current()
    return [run for run in runs if isinstance(run, Run) and owner_of(run.path) == mine]


def active(runs: Iterable[Run]) -> list[Run]:
    """Those that are queued or training."""
    return [run for run in runs if run.status()["state"] in ("queued", "running")]


def minutes(runs: Iterable[Run]) -> float:
    """How long they have trained, of those that did within the last 24 hours."""
    seconds = 0.0
    for run in runs:
        try:
            if time.time() - run.status().get("heartbeat", 0.0) < DAY and (history := run.history()):
                seconds += history[-1].get("seconds", 0.0)
        except RunError:
            continue  # deleted since it was listed
    return seconds / 60


def gigabytes(store: Store) -> float:
    """Size of the current client's runs and uploads."""
    mine = client.current()
    return sum(size(folder) for folder in _folders(store) if owner_of(folder) == mine) / GIGABYTE


def _folders(store: Store) -> Iterator[Path]:
    for root in (store.root, store.root / "uploads"):
        yield from (path for path in folders(root) if path.name not in NOT_RUNS)


def size(folder: Path) -> int:
    """Bytes of its files; what is deleted meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def check_training(store: Store, runs: Iterable[Run | BrokenRun], more: int) -> None:
    """Whether the current client may queue `more` runs. runs: all of the store.

    Raises:
        OverLimit: too many runs, too many at once, no room, or too long already; with what to do.
    """
    most = limits()
    if most == Limits():
        return
    mine = own(runs)
    if len(mine) + more > most.runs:
        raise OverLimit(
            f"You have {len(mine)} of {most.runs:g} runs, and this adds {more}: delete some of yours first."
        )
    if (count := len(active(mine))) + more > most.queue:
        raise OverLimit(
            f"You have {count} of {most.queue:g} runs waiting or training, and this adds {more}: wait for some to end."
        )
    check_minutes(mine)
    check_room(store)


def check_minutes(runs: Iterable[Run | BrokenRun]) -> None:
    """
    Raises:
        OverLimit: those of these runs that are the current client's have trained for too long today.
    """
    most = limits().minutes
    if most < float("inf") and (used := minutes(own(runs))) >= most:
        raise OverLimit(f"Your runs have trained for {used:.0f} minutes; {most:g} are allowed within 24 hours here.")


def check_room(store: Store, more: int = 0) -> None:
    """Whether the current client may save `more` bytes.

    Raises:
        OverLimit: no room."""
    most = limits().gigabytes
    if most < float("inf") and (used := gigabytes(store) + more / GIGABYTE) > most:
        raise OverLimit(
            f"Your runs and uploads would take {used:.1f} GB; {most:g} are allowed here. Delete runs or uploads of yours first."
        )
