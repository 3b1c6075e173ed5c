"""A person's own images: 10,000 JPEGs of 500 pixels to 64×64 beside torchvision's ImageFolder with a DataLoader; what augmentation costs.

The test images of MNIST's size are noise over smooth colours, 75 kB each, about what a camera gives at this size.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vae_core.cores import cores
from vae_core.datasets import DataConfig, ImageData, load
from vae_core.models import MODELS, create
from vae_core.training import TrainConfig
from vae_core.training.augmentation import augmented
from vae_core.training.loop import prepare
from vae_core.training.state import TrainingState
from vae_core.training.steps import training_step

from .claims import Report, run

SIDE, TARGET = 500, 64
AUGMENTED = TrainConfig(
    augment_shift=0.1, augment_rotate=10.0, augment_scale=0.1, augment_flip=True, augment_brightness=0.2, augment_noise=0.05
)  # fmt: skip


def folder_of(path: Path, count: int) -> None:
    """JPEGs in ten folders; a hundred different ones, each several times (as links, which reads follow)."""
    random = np.random.default_rng(0)
    different = min(100, count)
    for number in range(count):
        file = path / str(number % 10) / f"{number:05}.jpg"
        file.parent.mkdir(exist_ok=True)
        if number >= different:
            first = number % different
            os.link(path / str(first % 10) / f"{first:05}.jpg", file)
            continue
        smooth = Image.fromarray(random.integers(0, 256, (12, 12, 3), dtype=np.uint8)).resize((SIDE, SIDE), 3)
        noisy = np.asarray(smooth) + random.normal(0, 8, (SIDE, SIDE, 3))
        buffer = io.BytesIO()
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
        file.write_bytes(buffer.getvalue())


def by_torchvision(path: Path) -> None:
    """The usual way: ImageFolder, resized and cropped, in a DataLoader with a process for each core."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    steps = [v2.ToImage(), v2.Resize(TARGET, antialias=True), v2.CenterCrop(TARGET)]
    loader = torch.utils.data.DataLoader(ImageFolder(path, v2.Compose(steps)), batch_size=128, num_workers=cores())
    for _ in loader:
        pass


def rate(call: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    call()
    return count / (time.perf_counter() - start)


def reading(report: Report, count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "photos"
        path.mkdir()
        folder_of(path, count)
        config = DataConfig(str(path), image_size=TARGET)
        ours, theirs = [], []
        for _ in range(rounds):  # in turn, so that other programs slow both
            ours.append(rate(lambda: load(config), count))
            theirs.append(rate(lambda: by_torchvision(path), count))
        report.claim("JPEGs of 500 pixels to 64×64, ours", statistics.median(ours), "images/s", goal="≥ 600")
        report.claim("the same, ImageFolder and DataLoader", statistics.median(theirs), "images/s")
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        report.claim("ours / ImageFolder and DataLoader", ratio, "×", goal="≥ 1")


def augmenting(report: Report, steps: int) -> None:
    """The share that all changes together add to a step of the convolutional model on 28×28, batches of 128."""
    images = torch.randint(0, 256, (2000, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    data = ImageData("noise", images, 1800)
    config = TrainConfig(precision="float32")
    model = create("beta_vae", MODELS["beta_vae"].Config(shape=(1, 28, 28), network="conv"))
    plan = prepare(model, data, config)
    step = training_step(TrainingState.fresh(model, config), config, plan.arithmetic, plan.batches.device)
    plain, changes = [], []
    for number in range(steps):
        x, y = plan.batches.at(number)
        start = time.perf_counter()
        step(x, y, number)
        middle = time.perf_counter()
        augmented(x, number, AUGMENTED)
        plain.append(middle - start)
        changes.append(time.perf_counter() - middle)
    share = 100 * statistics.median(changes[10:]) / statistics.median(plain[10:])
    report.claim("all augmentations, of a step of the 28×28 model", share, "%", goal="≤ 15")


def bench(report: Report, quick: bool) -> None:
    reading(report, 300 if quick else 10_000, 1 if quick else 3)
    augmenting(report, 60 if quick else 400)


if __name__ == "__main__":
    sys.exit(run("own_images", bench, (__doc__ or "").strip()))
