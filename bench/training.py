"""Trainings of benches: runs of a store, which whoever starts the command again goes on with, and one that others are measured beside."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vae_core.cli.console import graceful, progress
from vae_core.config import BetascopeError
from vae_core.cores import cores
from vae_core.jobs import configure
from vae_core.runs import Processes, Run, Store
from vae_core.runs.machine import background, nice_session


def created(store: Store, id: str, **settings: Any) -> Run:
    """The run of this id, created with settings as of the command line where there is none yet."""
    if not (store.root / id).is_dir():
        store.create(configure(**settings), id)
    return store.open(id)


def train(store: Store, runs: Sequence[Run]) -> None:
    """Train all that are not done, one on each core; whoever stops this process, by Ctrl-C or SIGTERM, pauses them.

    Raises:
        BetascopeError: one of them failed or was paused.
    """
    waiting = [run for run in runs if run.status()["state"] != "done"]
    with (
        progress(f"{len(waiting)} runs", " steps") as bar,
        graceful(bar, {signal.SIGINT: "pause", signal.SIGTERM: "pause"}),
    ):
        states = Processes(cores()).train(store, waiting, bar)
    if failed := [id for id, state in states.items() if state != "done"]:
        raise BetascopeError(f"Not trained: {', '.join(failed)}; start the same command again to go on.")


@contextmanager
def in_the_background(folder: Path) -> Iterator[None]:
    """A convolutional model trains in the background, started as the app starts its workers."""
    arguments = ["-m", "vae_core", "train", "--dataset", "sprites", "--model", "beta_vae", "--epochs", "500"]
    folder.mkdir()
    with open(folder / "log.txt", "wb") as log:
        process = background([sys.executable, *arguments, "--store", str(folder)], stdout=log, stderr=log)
    nice_session(process.pid)
    try:
        deadline = time.monotonic() + 60
        while not list(folder.glob("*/metrics.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.5)
        if process.poll() is not None:
            raise SystemExit(f"The training did not start: {(folder / 'log.txt').read_text()}")
        yield
    finally:
        process.terminate()
        process.wait(120)
