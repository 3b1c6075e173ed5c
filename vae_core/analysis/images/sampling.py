"""New images of a trained model, and the nearest images of the training set."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.distributions import Distribution

from ...config import ConfigError
from ...models import Model
from ...runs.notes import dimension_title
from ...training.batches import as_bytes
from ..codes.latents import Latents
from ..codes.samplers import draw_codes
from .traversal import decode

MAX_SAMPLES = 10_000
#: Training images that are compared at once.
BLOCK = 2000


@dataclass(frozen=True)
class Samples:
    """images `(n, C, H, W)` in [0, 1], mean images of p(x|z); z `(n, D)`; labels `(n,)` or None."""

    images: Tensor
    z: Tensor
    labels: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)


@torch.no_grad()
def draw(
    model: Model,
    count: int,
    temperature: float = 1.0,
    label: int | None = None,
    seed: int = 0,
    density: Distribution | None = None,
) -> Samples:
    """Decoded samples of the prior. A temperature below 1 samples closer to the prior's mean: σ becomes σ·temperature.

    density: what codes are drawn from instead (`sampler_of`), without a temperature.
    label: the class of all samples, for a conditional model; None: each class in turn.

    Raises:
        ConfigError: a count or a temperature out of range, or a temperature for a prior that is not N(0, I).
    """
    if not 1 <= count <= MAX_SAMPLES:
        raise ConfigError(f"{count} samples: must be from 1 to {MAX_SAMPLES:,}.")
    if not 0 <= temperature <= 5:
        raise ConfigError(f"A temperature of {temperature:g}: must be from 0 to 5.")
    if temperature != 1 and not model.standard_prior:
        raise ConfigError(f"{model.title}: its prior is not N(0, I), so it has no temperature; leave it at 1.")
    if temperature != 1 and density is not None:
        raise ConfigError(f"A temperature of {temperature:g}: applies to the prior alone; leave it at 1.")
    z = temperature * prior_codes(model, count, seed) if density is None else draw_codes(density, count, seed)
    labels = None
    if model.conditional:
        labels = torch.arange(count) % model.config.classes if label is None else torch.full((count,), label)
    return _decoded(model, z, labels)


@torch.no_grad()
def prior_codes(model: Model, count: int, seed: int = 0) -> Tensor:
    """Codes `(count, D)` sampled from the prior, on the CPU."""
    device = model.device
    return model.prior_sample(count, torch.Generator(device=device).manual_seed(seed)).cpu()


@torch.no_grad()
def around(model: Model, codes: Latents, row: int, spread: float, count: int, seed: int = 0) -> Samples:
    """Variations of test image `row`: its code plus noise of `spread` standard deviations of the prior (or of the codes).

    Raises:
        ConfigError: no such image, or a count or spread out of range.
    """
    if not 0 <= row < len(codes):
        raise ConfigError(f"Test image {row}: there are images 0 to {len(codes) - 1}.")
    if not 1 <= count <= MAX_SAMPLES:
        raise ConfigError(f"{count} samples: must be from 1 to {MAX_SAMPLES:,}.")
    if not 0 <= spread <= 5:
        raise ConfigError(f"A spread of {spread:g}: must be from 0 to 5.")
    _, deviation = codes.spread()
    noise = torch.randn(count, codes.dims, generator=torch.Generator().manual_seed(seed))
    z = torch.from_numpy(codes.mu[row]) + spread * torch.from_numpy(deviation).float() * noise
    label = None if codes.labels is None or not model.conditional else torch.full((count,), int(codes.labels[row]))
    return _decoded(model, z, label)


def _decoded(model: Model, z: Tensor, labels: Tensor | None) -> Samples:
    parts = [
        decode(model, z[start : start + 500], None if labels is None else labels[start : start + 500])
        for start in range(0, len(z), 500)
    ]
    return Samples(torch.cat(parts), z, labels)


def nearest(
    images: Tensor, training: Tensor, progress: Callable[[int, int], None] | None = None
) -> tuple[Tensor, Tensor]:
    """For each of `images (n, C, H, W)` in [0, 1] the nearest of the uint8 training images: rows `(n,)`, and the root
    mean squared difference per pixel `(n,)`.
    """
    flat = images.flatten(1)
    best, rows = torch.full((len(flat),), torch.inf), torch.zeros(len(flat), dtype=torch.long)
    norms = flat.square().sum(1)
    for start in range(0, len(training), BLOCK):
        block = training[start : start + BLOCK].flatten(1).float().div_(255)
        squares = norms[:, None] - 2 * flat @ block.T + block.square().sum(1)
        least, row = squares.min(1)
        nearer = least < best
        best, rows = torch.where(nearer, least, best), torch.where(nearer, row + start, rows)
        if progress:
            progress(min(start + BLOCK, len(training)), len(training))
    return rows, (best.clamp(min=0) / flat.shape[1]).sqrt()


def to_npz(samples: Samples) -> bytes:
    """`images (n, H, W, C)` uint8, `z (n, D)` float32, `labels (n,)` where there are any; a data set file of this project."""
    file, images, z = io.BytesIO(), _bytes(samples.images), samples.z.numpy()
    if samples.labels is None:
        np.savez_compressed(file, images=images, z=z)
    else:
        np.savez_compressed(file, images=images, z=z, labels=samples.labels.numpy())
    return file.getvalue()


def to_zip(samples: Samples, dimension_names: Mapping[int, str] | None = None) -> bytes:
    """A PNG file for each image, in a folder for each class, and the codes in codes.csv."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        names = []
        for index, pixels in enumerate(_bytes(samples.images)):
            folder = "" if samples.labels is None else f"{int(samples.labels[index])}/"
            names.append(f"{folder}{index:05d}.png")
            image = io.BytesIO()
            Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(image, "PNG")
            archive.writestr(names[-1], image.getvalue())
        head = ",".join(["image", *(dimension_title(dim, dimension_names or {}) for dim in range(samples.z.shape[1]))])
        lines = [",".join([name, *(f"{value:.6g}" for value in z)]) for name, z in zip(names, samples.z.tolist(), strict=True)]  # fmt: skip
        archive.writestr("codes.csv", "\n".join([head, *lines]) + "\n")
    return file.getvalue()


def _bytes(images: Tensor) -> np.ndarray:
    return as_bytes(images).permute(0, 2, 3, 1).numpy()
