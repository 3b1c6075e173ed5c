"""A listener that times a training run."""

from __future__ import annotations

import time
from typing import Any

from vae_core.training import Listener
from vae_core.training.steps import Plan

from .roofline import wait


class Speed(Listener):
    """Images per second from the first evaluation after the start to the last, and how steps were taken."""

    def __init__(self, patience: float = 1e9) -> None:
        self.points: list[tuple[int, float]] = []
        self.how, self.patience, self.begun = "", patience, time.perf_counter()
        self.records: list[dict[str, Any]] = []

    def begin(self, state: Any, plan: Plan) -> None:
        self.batch = plan.config.batch_size

    def started(self, execution: str) -> None:
        self.how = execution

    def progress(self, state: Any, total: int, images_per_second: float) -> str | None:
        return "cancel" if time.perf_counter() - self.begun > self.patience else None

    def evaluated(self, state: Any, record: dict[str, Any]) -> None:
        wait()
        self.records.append(record)
        if record["step"]:
            self.points.append((record["step"], record["seconds"]))

    def value(self) -> float:
        (first, began), (last, ended) = self.points[0], self.points[-1]
        return (last - first) * self.batch / (ended - began)
