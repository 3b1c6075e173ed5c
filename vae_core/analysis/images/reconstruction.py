"""Images and their reconstructions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...metrics import METRICS
from ...models import Model
from ...models.denoising_autoencoder import DenoisingAutoencoder
from ...training.batches import as_floats


@dataclass(frozen=True)
class Reconstruction:
    """originals, means, errors `(n, C, H, W)`: images in [0, 1], their reconstructions at z = mu, |difference|.

    scores: the image metrics by name, `(n,)` each. distortion: nats per image at z = mu, `(n,)`.
    """

    originals: Tensor
    means: Tensor
    errors: Tensor
    distortion: Tensor
    scores: dict[str, Tensor]


@torch.no_grad()
def reconstruct(model: Model, images: Tensor, labels: Tensor | None = None) -> Reconstruction:
    """Encode and decode uint8 images `(n, C, H, W)` without noise."""
    device = model.device
    x = as_floats(images.to(device))
    y = None if labels is None else labels.to(device)
    z = model.embed(x, y)
    means = model.decode(z, y)
    return Reconstruction(
        originals=x.cpu(),
        means=means.cpu(),
        errors=(x - means).abs().cpu(),
        distortion=model.distortion(x, z, y).cpu(),
        scores={name: metric.function(x, means).cpu() for name, metric in METRICS.items()},
    )


@torch.no_grad()
def denoise(model: DenoisingAutoencoder, images: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
    """uint8 images `(n, C, H, W)` corrupted as in training, and their reconstructions; floats on the CPU."""
    device = model.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        corrupted = model.corrupt(as_floats(images.to(device)))
    return corrupted.cpu(), model.decode(model.embed(corrupted)).cpu()
