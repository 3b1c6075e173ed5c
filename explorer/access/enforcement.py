"""What the server enforces by itself: folders that paths may lead to, and minutes of training."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from vae_core.config import BetascopeError
from vae_core.datasets.public import data_folder
from vae_core.datasets.roots import ROOTS
from vae_core.runs import BrokenRun, Run, Store, request

from . import identity
from .limits import limits
from .modes import Mode, mode
from .owners import owner_of
from .usage import active, minutes

LOG = logging.getLogger("betascope")
#: Seconds between two looks at how long runs have trained.
LOOK = 15.0


def prepare() -> None:
    """Check mode and limits, and set the folders that paths may lead to, for this process and all that it starts.

    Raises:
        ConfigError: `BETASCOPE_MODE` or `BETASCOPE_LIMITS` cannot be understood.
    """
    identity.configured()  # reads the secrets, whose plain values Streamlit makes environment variables
    limits()
    os.environ.setdefault(ROOTS, os.pathsep.join(str(root) for root in default_roots()))


def default_roots() -> list[Path]:
    """The data directory, the store and the gallery; in `personal` mode the home directory, too."""
    store = Store()
    home = [Path.home()] if mode() == Mode.PERSONAL else []
    return [root.absolute() for root in (data_folder(), store.root, store.gallery_root, *home)]


def stop_over_time(runs: Iterable[Run | BrokenRun]) -> None:
    """Pause those of these runs whose owners have used up their minutes of training."""
    by_owner: dict[str, list[Run]] = {}
    for run in runs:
        if isinstance(run, Run) and (owner := owner_of(run.path)):
            by_owner.setdefault(owner, []).append(run)
    most = limits().minutes
    why = f"Paused: {most:g} minutes of training within 24 hours are used up; resume tomorrow."
    for theirs in by_owner.values():
        if minutes(theirs) >= most:
            for run in active(theirs):
                request(run, "pause", why)


def watch_minutes(runs: Callable[[], Iterable[Run | BrokenRun]]) -> None:
    """Look again and again, in a thread of its own; returns at once where minutes are not limited.

    runs: all of the store; opened again only when they have changed, as opening reads all weights.
    """
    while limits().minutes < float("inf"):
        try:
            stop_over_time(runs())
        except (BetascopeError, OSError) as error:
            LOG.warning("%s", error)  # a run deleted or ended meanwhile
        time.sleep(LOOK)
