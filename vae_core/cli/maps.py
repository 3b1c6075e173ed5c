"""`lay-out`: a process that lays out maps on request, one line of JSON each, with everything compiled and loaded."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

from ..analysis import MapConfig, Stopped, map_of
from ..config import BetascopeError
from ..runs import Run, split_id


def lay_out_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cold", action="store_true", help="do not compile anything before the first request")


def lay_out(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Reads requests on stdin: {"key", "path", "id", "at", "config"} or {"forget": key}; writes {"key", "share"}, then
    {"key", "done"} or {"key", "error"}. The newest request is served first: it is on the screen now. Ends with its input.
    """
    worker = MapWorker()
    threading.Thread(target=worker.listen, daemon=True).start()
    if not options.cold:
        warm_up(lambda share: worker.has_work())
        answer({"warm": True})
    while (request := worker.next()) is not None:
        worker.serve(request)
    return {}, 0


class MapWorker:
    """Waiting requests, and the keys of the cancelled ones."""

    def __init__(self) -> None:
        self.waiting: deque[dict[str, Any]] = deque()
        self.forgotten: set[str] = set()
        self.changed, self.closed = threading.Condition(), False

    def listen(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            with self.changed:
                if "forget" in request:
                    self.forgotten.add(request["forget"])
                else:
                    self.forgotten.discard(request["key"])
                    self.waiting.append(request)
                self.changed.notify()
        with self.changed:
            self.closed = True
            self.changed.notify()

    def has_work(self) -> bool:
        return bool(self.waiting) or self.closed

    def next(self) -> dict[str, Any] | None:
        with self.changed:
            self.changed.wait_for(self.has_work)
            return self.waiting.pop() if self.waiting else None

    def serve(self, request: dict[str, Any]) -> None:
        key, reported = request["key"], -1.0

        def progress(share: float) -> bool:
            nonlocal reported
            if share - reported >= 0.02:
                reported = share
                answer({"key": key, "share": round(share, 3)})
            return key in self.forgotten or self.closed

        try:
            id, step = split_id(request["id"])
            run = Run.open(Path(request["path"]), id).at_step(step).at_beta(request["at"])
            map_of(run, MapConfig.from_dict(request["config"]), progress)
            answer({"key": key, "done": True})
        except Stopped:
            answer({"key": key, "error": "cancelled"})
        except BetascopeError as error:
            answer({"key": key, "error": str(error)})
        except Exception as error:  # a bug in one map must not end the process that serves all others
            answer({"key": key, "error": f"{type(error).__name__}: {error}"})


def answer(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


def warm_up(stop: Any) -> None:
    """Lay out noise so that everything is loaded and compiled: some 15 s on a new machine, then 3 s from the cache on disk.

    Stops when `stop` returns True.
    """
    import numpy as np

    from ..analysis.maps.layouts import tsne_layout, umap_layout

    noise = np.random.default_rng(0).normal(size=(200, 10)).astype(np.float32)
    try:
        umap_layout(noise, noise[:, :2], near=15, min_dist=0.1, density=False, seed=0, progress=stop)
        tsne_layout(noise, noise[:, :2], perplexity=30.0, seed=0, jobs=1, progress=stop)
    except Stopped:
        pass
