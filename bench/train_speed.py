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
    """Keeps the loop's own figure, which leaves evaluations out."""

    value = 0.0

    def evaluated(self, state: Any, record: dict[str, Any]) -> None:
        self.value = record["images_per_second"]


def ours(network: str, data: ImageData, steps: int, precision: str) -> float:
    speed = Speed()
    fit(model(network), data, TrainConfig(steps=steps, batch_size=BATCH, snapshots=0, precision=precision), speed)
    return speed.value


def measure(report: Report, quick: bool) -> None:
    data, name = images()
    few = ImageData(data.name, torch.cat([data.train.images, data.test.images[:500]]), data.n_train)
    blocks, scale = (3, 1) if quick else (6, 3)
    for title, (network, goal) in CASES.items():
        peer = tutorial(network, few)
        next(peer)
        steps = {"mlp": 120, "conv": 25}[network] * scale
        peer.send(10)  # type: ignore[attr-defined]
        speeds: dict[str, list[float]] = {"tutorial": [], "auto": [], "float32": []}
        for _ in range(blocks):
            speeds["tutorial"].append(peer.send(steps))  # type: ignore[attr-defined]
            for precision in ("auto", "float32"):
                speeds[precision].append(ours(network, few, steps * 3, precision))
        medians = {key: statistics.median(values) for key, values in speeds.items()}
        report.claim(f"{title}, tutorial loop", medians["tutorial"], "images/s", against=name)
        report.claim(f"{title}, our loop", medians["auto"], "images/s", against=name)
        against = "the plain tutorial loop, same network, batch and threads, interleaved"
        ratio = float(np.median(np.array(speeds["auto"]) / np.array(speeds["tutorial"])))
        report.claim(f"{title}, ours / tutorial", ratio, "×", goal=goal, against=against)
        exact = float(np.median(np.array(speeds["float32"]) / np.array(speeds["tutorial"])))
        report.claim(f"{title}, ours in float32 / tutorial", exact, "×", against=against)


if __name__ == "__main__":
    sys.exit(run("train_speed", measure, __doc__ or ""))
