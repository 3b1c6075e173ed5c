"""A sweep over β, side by side in processes against one run after the other: the same runs, the same machine, in turn."""

from __future__ import annotations

import sys
import tempfile
import time
from typing import Any

from vae_core.cores import cores
from vae_core.jobs import configure
from vae_core.runs import Processes, Store

from .claims import Report, run

CASES: dict[str, dict[str, Any]] = {
    "fully connected, 28×28": dict(dataset="digits", network="mlp", image_size=28, latent_dim=20, epochs=700),
    "convolutional, 64×64": dict(dataset="sprites", network="conv", size=4000, latent_dim=10, steps=250, batch_size=64),
}
VARIANTS = 8


def seconds(store: Store, settings: dict[str, Any], jobs: int) -> float:
    """How long all variants take, from their folders to their weights."""
    runs = [store.create(configure(model="beta_vae", beta=float(2**k), snapshots=0, **settings)) for k in range(VARIANTS)]  # fmt: skip
    start = time.perf_counter()
    states = Processes(jobs).train(store, runs)
    assert set(states.values()) == {"done"}, states
    return time.perf_counter() - start


def measure(report: Report, quick: bool) -> None:
    for title, settings in list(CASES.items())[: 1 if quick else None]:
        settings = settings | ({"epochs": 20} if quick else {})
        with tempfile.TemporaryDirectory() as folder:
            store = Store(folder)
            seconds_by_jobs = {jobs: seconds(store, settings, jobs) for jobs in (1, cores())}
        report.claim(f"{title}: {VARIANTS} runs, one after the other", seconds_by_jobs[1], "s")
        report.claim(f"{title}: {VARIANTS} runs, {cores()} at once", seconds_by_jobs[cores()], "s")
        report.claim(f"{title}: at once", seconds_by_jobs[1] / seconds_by_jobs[cores()], "×", goal="≥ 1.25", against="one after the other, in the same run")  # fmt: skip


if __name__ == "__main__":
    sys.exit(run("sweep", measure, (__doc__ or "").strip()))
