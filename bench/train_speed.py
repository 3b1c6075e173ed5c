"""Images per second of our loop against the loop every tutorial shows, in one interleaved run.

Same network, batch, threads, optimiser and images. The tutorial's loop is torchvision's MNIST through
`ToTensor` and a shuffling `DataLoader`, a summed binary cross-entropy on sigmoids, Adam, and `loss.item()`
for the log. Blocks of both alternate, so that whatever else the machine does hits both alike.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from vae_core.datasets import ImageData, load
from vae_core.datasets.base import DataError
from vae_core.models import MODELS, Model, create
from vae_core.training import Listener, TrainConfig, fit

from .claims import Report, run

BATCH = 128
AGAINST = "the plain tutorial loop, same network, batch and threads, interleaved"
CASES = {"fully connected 784-256-256-20": ("mlp", "≥ 4"), "convolutional 28×28": ("conv", None)}


class AsTorchvision(Dataset[tuple[torch.Tensor, int]]):
    """What `torchvision.datasets.MNIST(transform=ToTensor())` does for each image."""

    def __init__(self, data: ImageData) -> None:
        self.images, self.transform = data.train.images[:, 0].numpy(), transforms.ToTensor()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), 0


def images() -> tuple[ImageData, str]:
    """MNIST, or 28×28 digits drawn from the embedded set where MNIST is not at hand."""
    try:
        return load("mnist"), "MNIST"
    except DataError:
        digits = load("digits").images
        small = F.interpolate(digits.float(), 28, mode="area").round().byte()
        many = small.repeat(-(-60_000 // len(small)), 1, 1, 1)[:61_000]
        return ImageData("digits28", many, 60_000), "digits repeated to MNIST's size"


def model(network: str) -> Model:
    kind = MODELS["vae"]
    return create("vae", kind.Config(shape=(1, 28, 28), network=network, latent_dim=20))


def tutorial(network: str, data: ImageData) -> Iterator[float]:
    """Images per second of each block of the tutorial's loop; `send` the block's number of steps."""
    vae, dataset = model(network), AsTorchvision(data)
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-3)
    loader: Any = DataLoader(dataset, batch_size=BATCH, shuffle=True, drop_last=True)
    batches = iter(loader)
    steps = yield 0.0
    while True:
        start = time.perf_counter()
        for _ in range(int(steps)):
            x, _labels = next(batches, (None, None))
            if x is None:
                batches = iter(loader)
                x, _labels = next(batches)
            optimizer.zero_grad()
            mu, logvar = vae.encoder(x).chunk(2, dim=1)
            z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
            reconstruction = torch.sigmoid(vae.decoder(z))
            distortion = F.binary_cross_entropy(reconstruction, x, reduction="sum")
            loss = distortion - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            loss.backward()
            optimizer.step()
            loss.item()
        steps = yield steps * BATCH / (time.perf_counter() - start)


class Speed(Listener):
    """Images per second between the first and the last evaluation after the start: no evaluation, no compilation."""

    def __init__(self) -> None:
        self.points: list[tuple[int, float]] = []

    def evaluated(self, state: Any, record: dict[str, Any]) -> None:
        if record["step"] > 0:
            self.points.append((record["step"], record["seconds"]))

    def value(self) -> float:
        (first, began), (last, ended) = self.points[0], self.points[-1]
        return (last - first) * BATCH / (ended - began)


def ours(network: str, data: ImageData, steps: int, **settings: Any) -> float:
    speed = Speed()
    fit(model(network), data, TrainConfig(steps=steps, batch_size=BATCH, snapshots=0, **settings), speed)
    return speed.value()


VARIANTS: dict[str, dict[str, Any]] = {
    "our loop": {},
    "our loop in float32": {"precision": "float32"},
    "our loop with --compile": {"compile": True},
}


def measure(report: Report, quick: bool) -> None:
    data, name = images()
    few = ImageData(data.name, torch.cat([data.train.images, data.test.images[:500]]), data.n_train)
    blocks, scale = (3, 1) if quick else (6, 3)
    variants = dict(list(VARIANTS.items())[:2]) if quick else VARIANTS
    for title, (network, goal) in CASES.items():
        peer = tutorial(network, few)
        next(peer)
        steps = {"mlp": 120, "conv": 25}[network] * scale
        peer.send(10)  # type: ignore[attr-defined]
        speeds: dict[str, list[float]] = {"tutorial loop": [], **{variant: [] for variant in variants}}
        for _ in range(blocks):
            speeds["tutorial loop"].append(peer.send(steps))  # type: ignore[attr-defined]
            for variant, settings in variants.items():
                speeds[variant].append(ours(network, few, steps * 3, **settings))
        for variant, values in speeds.items():
            report.claim(f"{title}, {variant}", statistics.median(values), "images/s", against=name)
        for variant in variants:
            ratio = float(np.median(np.array(speeds[variant]) / np.array(speeds["tutorial loop"])))
            wanted = goal if variant == "our loop" else None
            report.claim(f"{title}, {variant} / tutorial", ratio, "×", goal=wanted, against=AGAINST)


if __name__ == "__main__":
    sys.exit(run("train_speed", measure, __doc__ or ""))
