"""Runs that benches train in a store: as many at once as there are cores; whoever starts the command again goes on."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any

from vae_core.cli.console import graceful, progress
from vae_core.config import BetascopeError
from vae_core.cores import cores
from vae_core.jobs import configure
from vae_core.runs import Processes, Run, Store


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
