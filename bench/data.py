"""How fast the procedural sets are drawn: 10,000 images each, tables of shapes included."""

from __future__ import annotations

import sys
import time

from vae_core.datasets import DataConfig, load

from .claims import Report, run

GOALS = {"sprites": "≤ 2", "shapes3d": "≤ 20"}


def measure(report: Report, quick: bool) -> None:
    for name, goal in GOALS.items():
        start = time.perf_counter()
        load(DataConfig(name, size=10_000))
        report.claim(f"10,000 {name}, first draw in a process", time.perf_counter() - start, "s", goal=goal)
        start = time.perf_counter()
        load(DataConfig(name, size=10_000, seed=1))
        report.claim(f"10,000 {name}, once warm", time.perf_counter() - start, "s")


if __name__ == "__main__":
    sys.exit(run("data", measure, __doc__ or ""))
