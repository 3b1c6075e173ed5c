"""What happens once, when the server starts: imports are warmed and the queue goes on."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit import App

from vae_core.config import BetascopeError
from vae_core.runs import Run, Store
from vae_core.runs.worker import slots, start_worker
from vae_core.training import choose_device

from ..jobs.maps import MAP_SERVICE

#: Seconds after the start at which the process that lays out maps begins to compile; one who asks for a map is not kept waiting.
WARM_AFTER = 10.0
LOG = logging.getLogger("betascope")


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Answer at once; the slow part goes on beside it."""
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    yield


def _warm() -> None:
    import plotly.graph_objects  # noqa: F401  (half a second that the first page would wait for)

    # What is loaded by now stays: collections need not walk through torch again and again.
    gc.collect()
    gc.freeze()
    take_up_queue(Store())
    if os.environ.get("VAE_WARM_MAPS") != "0":
        time.sleep(WARM_AFTER)  # the first page has the cores to itself
        MAP_SERVICE.start()


def take_up_queue(store: Store) -> None:
    """Start workers for every device that queued runs wait for; those that find no place leave."""
    waiting: Counter[str] = Counter()
    for run in store.runs():
        try:
            if isinstance(run, Run) and run.status()["state"] == "queued":
                waiting[str(choose_device(run.config.train.device))] += 1
        except BetascopeError as error:
            LOG.warning("%s: %s", run.id, error)
    for device, count in sorted(waiting.items()):
        for _ in range(min(count, slots(choose_device(device)))):
            start_worker(store, device)


def explain_script_error(error: Exception) -> bool:
    """For errors outside of a page's own run, as in callbacks and fragments; Streamlit has logged them."""
    from .errors import show_error  # Streamlit's caches want a running server when they are declared

    return show_error(error)
