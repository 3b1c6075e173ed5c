"""What happens once, when the server starts: slow imports, workers for queued runs, processes ahead of need."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit import App

import vae_core
from vae_core.config import BetascopeError
from vae_core.runs import BrokenRun, Run, Store
from vae_core.runs.launch import STANDBY, start_worker
from vae_core.runs.machine import niceness
from vae_core.runs.worker import slots
from vae_core.serving import DECODE_SERVICE
from vae_core.training import choose_device

from ..access.enforcement import prepare, watch_minutes
from ..jobs.maps import MAP_SERVICE
from ..live.metrics import DECODING
from .session_lock import share_session_locks

#: Seconds after the start at which processes are started ahead of need, so that the first map and run need not wait for imports.
WARM_AFTER = 5.0
LOG = logging.getLogger("betascope")


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Serve requests at once; the slow part of the start runs in a thread."""
    try:
        prepare()
        niceness()
    except BetascopeError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(2)  # an exception would be a trace, and the server would go on
    share_session_locks()
    DECODE_SERVICE.observe = DECODING.observe
    LOG.info("Betascope %s started", vae_core.__version__)
    threading.Thread(target=watch_minutes, args=(_own_runs,), name="minutes", daemon=True).start()
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    yield


def _own_runs() -> list[Run | BrokenRun]:
    from .. import library  # Streamlit's caches need a running server when they are declared

    return library.own_runs()


def _warm() -> None:
    import plotly.graph_objects  # noqa: F401  (half a second that the first page would wait for)

    # Exclude everything loaded so far from garbage collection: each pass over torch's objects takes long.
    gc.collect()
    gc.freeze()
    try:
        Store().clean()
        resume_queue(Store())
    except BetascopeError as error:
        LOG.warning("%s", error)
    if os.environ.get("VAE_WARM") != "0":
        time.sleep(WARM_AFTER)  # leaves the cores to the first page
        MAP_SERVICE.start()
        try:
            STANDBY.prepare(Store(), "auto")
        except BetascopeError as error:
            LOG.warning("%s", error)


def resume_queue(store: Store) -> None:
    """Start workers for every device that queued runs wait for; a worker that finds no free slot exits."""
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
    """Show an error raised outside of the page's script, in a callback or fragment; Streamlit has logged it."""
    from .errors import show_error  # Streamlit's caches need a running server when they are declared

    return show_error(error)
