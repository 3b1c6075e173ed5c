"""Encoding and decoding on a CPU: the time of a slider, a strip and a map."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import torch

from vae_core.analysis.images.traversal import decode
from vae_core.datasets import load
from vae_core.datasets.base import DataError
from vae_core.runs import Store
from vae_core.training.batches import in_order
from vae_core.training.device import tune_process

from .claims import Report, run

RUN = "gallery/sprites-beta-1"
STRIP = 110


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The median time of a call, after five that do not count."""
    seconds = []
    for number in range(times + 5):
        start = time.perf_counter()
        call()
        if number >= 5:
            seconds.append(time.perf_counter() - start)
    return 1e3 * statistics.median(seconds)


@torch.no_grad()
def measure(report: Report, quick: bool) -> None:
    tune_process()
    model = Store().open(RUN).model()
    times = 20 if quick else 100
    for threads in (1, 2):
        torch.set_num_threads(threads)
        suffix = f"{threads} thread{'s' * (threads > 1)}"
        for count, name in ((1, "one image"), (STRIP, f"a strip of {STRIP}")):
            z = torch.randn(count, model.config.latent_dim)
            goal = "≤ 20" if (count, threads) == (STRIP, 2) else None
            report.claim(f"decoding {name} at 64×64, {suffix}", milliseconds(partial(decode, model, z), times), "ms", goal=goal)  # fmt: skip
    try:
        images = load("mnist").train.images
    except DataError:
        print("MNIST is not available: encoding noise of its shape")
        images = torch.randint(0, 256, (60_000, 1, 28, 28), dtype=torch.uint8)
    encoder = Store().open("gallery/mnist-beta-1").model()

    def encode() -> None:
        for x, y in in_order(images, None, torch.device("cpu")):
            encoder.encode(x, y)

    encode()
    seconds = []
    for _ in range(1 if quick else 5):
        start = time.perf_counter()
        encode()
        seconds.append(time.perf_counter() - start)
    report.claim("encoding 60,000 images at 28×28, 2 threads", statistics.median(seconds), "s", goal="≤ 3")


if __name__ == "__main__":
    sys.exit(run("decode", measure, (__doc__ or "").strip()))
