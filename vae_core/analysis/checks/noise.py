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
    """What noise of each level does: mse `(L,)` of reconstructions to the clean images, and as it is without a model;
    moved `(L,)`: how far codes go, in standard deviations of the codes of clean images, root mean square over dimensions.
    """

    levels: list[float]
    mse: Floats
    noisy_mse: Floats
    code_shift: Floats


LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)


@torch.no_grad()
def noise_sweep(model: Model, images: Tensor, labels: Tensor | None = None, levels: tuple[float, ...] = LEVELS, seed: int = 0) -> tuple[NoiseSweep, Tensor]:  # fmt: skip
    """Gaussian noise of each standard deviation on uint8 images `(N, C, H, W)`, cut to [0, 1].

    Also the first image of each level over its reconstruction, `(2, L, C, H, W)`.
    """
    device = next(model.parameters()).device
    clean = torch.cat([x for x, _ in in_order(images, None, device)])
    y = None if labels is None else labels.to(device)
    generator = torch.Generator(device=device).manual_seed(seed)
    noise = torch.randn(clean.shape, generator=generator, device=device)
    codes = model.embed(clean, y)
    spread = codes.std(0).clamp(min=1e-6)
    # A dimension that never moves has no scale to measure a move by.
    live = codes.var(0) > 1e-4 * codes.var(0).max()
    found, shown = [], []
    for level in levels:
        x = (clean + level * noise).clamp(0, 1)
        z = model.embed(x, y)
        means = model.decode(z, y)
        moved = ((z - codes) / spread)[:, live].square().mean().sqrt()
        found.append([float((means - clean).square().mean()), float((x - clean).square().mean()), float(moved)])
        shown.append(torch.stack([x[0], means[0]]).cpu())
    mse, noisy_mse, shift = np.array(found).T
    return NoiseSweep(list(levels), mse, noisy_mse, shift), torch.stack(shown, dim=1)
