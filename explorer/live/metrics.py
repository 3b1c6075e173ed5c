"""`/metrics`: what a metrics server scrapes. Counted always, since that costs a microsecond; served only when `BETASCOPE_METRICS` is "on"."""

from __future__ import annotations

import os
import platform
from collections import Counter as Tally
from collections.abc import Iterator

import psutil
import streamlit
import torch
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import vae_core
from vae_core.runs import Run, RunError
from vae_core.runs.run import STATES
from vae_core.serving import DECODE_SERVICE

disable_created_metrics()  # a second series for each one, with the time of its first count
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "betascope_requests", "Requests and sockets by route and status.", ["route", "status"], registry=REGISTRY
)
DECODING = Histogram(
    "betascope_decode_seconds",
    "Time of one request in the thread that decodes, without its wait.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
#: By group (`explorer/watching/names.py`); written by the event loop alone.
OPEN_SOCKETS: Tally[str] = Tally()


class Present(Collector):
    """What is the case at the moment of a scrape, and is counted only then."""

    def collect(self) -> Iterator[Metric]:
        sockets = dict(OPEN_SOCKETS)
        yield GaugeMetricFamily("betascope_sessions", "Open pages.", sockets.get("page", 0))
        kinds = GaugeMetricFamily("betascope_sockets", "Open sockets by kind.", labels=["kind"])
        for kind, count in sorted(sockets.items()):
            kinds.add_metric([kind], count)
        yield kinds
        yield GaugeMetricFamily(
            "betascope_decode_queue_length", "Requests that wait to be decoded.", DECODE_SERVICE.waiting()
        )
        runs = GaugeMetricFamily(
            "betascope_runs", "Runs of the store by state; running ones are trainings.", labels=["state"]
        )
        for state, count in runs_by_state().items():
            runs.add_metric([state], count)
        yield runs
        memory = GaugeMetricFamily("betascope_memory_bytes", "Resident memory.", labels=["process"])
        for process, size in memory_by_process().items():
            memory.add_metric([process], size)
        yield memory
        versions = {"version": vae_core.__version__, "python": platform.python_version()}
        versions |= {"torch": str(torch.__version__), "streamlit": streamlit.__version__}
        yield InfoMetricFamily("betascope_build", "Versions.", versions)


REGISTRY.register(Present())
ProcessCollector(registry=REGISTRY)


def runs_by_state() -> dict[str, int]:
    """Counts of all states of runs, and of those that cannot be opened ("broken")."""
    from .. import library  # Streamlit's caches need a running server when they are declared

    counts = dict.fromkeys([*STATES, "broken"], 0)
    for run in library.own_runs():
        try:
            counts[run.status()["state"] if isinstance(run, Run) else "broken"] += 1
        except RunError:  # deleted since it was listed
            continue
    return counts


def memory_by_process() -> dict[str, int]:
    """Resident bytes of "server" and of "children" (workers, maps, exports) together; pages that they share count in each."""
    server = psutil.Process()
    children = 0
    for child in server.children(recursive=True):
        try:
            children += child.memory_info().rss
        except psutil.Error:  # ended since it was listed
            continue
    return {"server": server.memory_info().rss, "children": children}


async def metrics(request: Request) -> Response:
    """All metrics as Prometheus' text.

    Behind a reverse proxy every client has the address of this machine, so no address is trusted: it is off unless asked for.

    Raises:
        HTTPException: 404 unless `BETASCOPE_METRICS` is "on".
    """
    if os.environ.get("BETASCOPE_METRICS") != "on":
        raise HTTPException(404, "Metrics are off; the environment variable BETASCOPE_METRICS=on turns them on.")
    content = await run_in_threadpool(generate_latest, REGISTRY)
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
