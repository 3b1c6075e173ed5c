"""How reconstructions and codes change when images get noisy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models import Model
from ...training.batches import in_order

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NoiseSweep:
    """Effects of noise at each level: mse `(L,)` of reconstructions against the clean images, noisy_mse `(L,)` of the noisy
    images themselves; code_shift `(L,)`: how far codes move, in standard deviations of the codes of clean images, root mean
    square over dimensions.
    """

    levels: list[float]
    mse: Floats
    noisy_mse: Floats
    code_shift: Floats


LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)


@torch.no_grad()
def noise_sweep(model: Model, images: Tensor, labels: Tensor | None = None, levels: tuple[float, ...] = LEVELS, seed: int = 0) -> tuple[NoiseSweep, Tensor]:  # fmt: skip
    """Gaussian noise of each standard deviation on uint8 images `(N, C, H, W)`, clipped to [0, 1].

    Also, for each level, the first image above its reconstruction, `(2, L, C, H, W)`.
    """
    device = model.device
    clean = torch.cat([x for x, _ in in_order(images, None, device)])
    y = None if labels is None else labels.to(device)
    generator = torch.Generator(device=device).manual_seed(seed)
    noise = torch.randn(clean.shape, generator=generator, device=device)
    codes = model.embed(clean, y)
    spread = codes.std(0).clamp(min=1e-6)
    # A constant dimension has no scale to measure a shift by.
    varying = codes.var(0) > 1e-4 * codes.var(0).max()
    rows, examples = [], []
    for level in levels:
        x = (clean + level * noise).clamp(0, 1)
        z = model.embed(x, y)
        means = model.decode(z, y)
        shift = ((z - codes) / spread)[:, varying].square().mean().sqrt()
        rows.append([float((means - clean).square().mean()), float((x - clean).square().mean()), float(shift)])
        examples.append(torch.stack([x[0], means[0]]).cpu())
    mse, noisy_mse, code_shift = np.array(rows).T
    return NoiseSweep(list(levels), mse, noisy_mse, code_shift), torch.stack(examples, dim=1)
