"""Random changes of training images: shift, rotate, scale, flip, brightness, noise. Each image of a batch has its own.

`torchvision.transforms.v2` draws one change for a whole batch, and called image by image takes longer than a step; so
the geometric changes are one affine grid per image, sampled at once, on the device that trains.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .config import TrainConfig

#: Settings of `TrainConfig` that are off at 0.
SETTINGS = ("augment_shift", "augment_rotate", "augment_scale", "augment_flip", "augment_brightness", "augment_noise")


def augments(config: TrainConfig) -> bool:
    return any(getattr(config, name) for name in SETTINGS)


def augmented(images: Tensor, seed: int, config: TrainConfig) -> Tensor:
    """Floats in [0, 1] `(B, C, H, W)` → the same shape, changed at random; a function of images, settings and seed."""
    generator = torch.Generator(images.device).manual_seed(seed % 2**63)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(len(images), device=images.device).uniform_(low, high, generator=generator)

    if config.augment_shift or config.augment_rotate or config.augment_scale or config.augment_flip:
        angles = uniform(-1, 1) * math.radians(config.augment_rotate)
        scales = 1 / torch.exp2(uniform(-1, 1) * math.log2(1 + config.augment_scale))
        # Grid coordinates run from −1 to 1, so a whole side is 2.
        shifts = [2 * config.augment_shift * uniform(-1, 1) for _ in "xy"]
        mirror = torch.where(uniform(0, 1) < 0.5 * config.augment_flip, -1.0, 1.0)
        sine, cosine = torch.sin(angles) * scales, torch.cos(angles) * scales
        rows = [cosine * mirror, -sine, shifts[0], sine * mirror, cosine, shifts[1]]
        grid = functional.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
        images = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    if config.augment_brightness:
        images = images * (1 + config.augment_brightness * uniform(-1, 1))[:, None, None, None]
    if config.augment_noise:
        images = images + config.augment_noise * torch.empty_like(images).normal_(generator=generator)
    return images.clamp(0, 1)
