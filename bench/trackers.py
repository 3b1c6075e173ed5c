"""What it costs to follow a training in TensorBoard, Weights & Biases and MLflow: seconds to open, milliseconds an evaluation."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from vae_core.jobs import configure
from vae_core.models import create
from vae_core.runs import Run, Store
from vae_core.runs.trackers import TRACKERS
from vae_core.runs.trackers.sending import Trackers
from vae_core.training import Listener, fit
from vae_core.training.steps import Plan

from .claims import Report, run

SETTINGS: dict[str, Any] = dict(
    network="conv", image_size=28, latent_dim=20, epochs=60, snapshots=0, precision="float32"
)


class Timed:
    """A tracker whose calls are timed: method → seconds of each call."""

    def __init__(self, tracker: Any, seconds: dict[str, list[float]]) -> None:
        self.tracker, self.seconds = tracker, seconds

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            start = time.perf_counter()
            getattr(self.tracker, name)(*arguments)
            self.seconds.setdefault(name, []).append(time.perf_counter() - start)

        return call


class Followed(Listener):
    """Trackers alone, without the run folder's own files."""

    def __init__(self, run: Run) -> None:
        self.trackers, self.seconds = Trackers(run), dict[str, list[float]]()

    def begin(self, state: Any, plan: Plan) -> None:
        start = time.perf_counter()
        self.trackers.begin(state, plan)
        self.seconds["open"] = [time.perf_counter() - start]
        self.trackers.open = {name: Timed(found, self.seconds) for name, found in self.trackers.open.items()}

    def evaluated(self, state: Any, record: dict[str, Any]) -> None:
        self.trackers.evaluated(state, record)
        self.trained = state.seconds


def measure(report: Report, quick: bool) -> None:
    os.environ["WANDB_MODE"] = "offline"
    settings = SETTINGS | ({"epochs": 20} if quick else {})
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for name, kind in TRACKERS.items():
            found = store.create(configure("digits", "beta_vae", log=name, **settings))
            listener, config = Followed(found), found.config
            fit(create(config.family, config.model), found.data("all"), config.train, listener)
            listener.trackers.close("done")
            assert not listener.trackers.alerts, listener.trackers.alerts
            seconds, drawing = listener.seconds, listener.trackers.pictures
            report.claim(f"{kind.title}: opened, imports included", seconds["open"][0], "s")
            report.claim(
                f"{kind.title}: numbers of an evaluation, median", 1e3 * statistics.median(seconds["numbers"]), "ms"
            )
            share = 100 * sum(seconds["numbers"]) / listener.trained
            report.claim(f"{kind.title}: all numbers, of the training time", share, "%", against=f"{len(seconds['numbers'])} evaluations in {listener.trained:.0f} s")  # fmt: skip
            if drawing is not None:
                pictures = len(seconds["pictures"])
                report.claim(f"{kind.title}: drawing and sending one of {pictures} pictures", 1e3 * drawing.spent / pictures, "ms")  # fmt: skip
            report.claim(f"{kind.title}: closed", seconds["close"][0], "s")


if __name__ == "__main__":
    sys.exit(run("trackers", measure, __doc__ or ""))
