"""The importance-weighted bound (Burda et al. 2016, eq. 8)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..models import Model


@torch.no_grad()
def importance_bound(
    model: Model, x: Tensor, y: Tensor | None, samples: int, generator: torch.Generator | None = None
) -> Tensor:
    """L_K = log 1/K Σ p(x|z_k) p(z_k) / q(z_k|x), z_k ~ q(z|x), in nats, one value per image `(B,)`.

    L_1 is the ELBO, and L_K rises with K towards log p(x). x: floats in [0, 1] `(B, C, H, W)`.

    Raises:
        TypeError: a model whose posterior has no density.
    """
    posterior = model.encode(x, y)
    total = torch.full((len(x),), -torch.inf, device=x.device, dtype=torch.float64)
    for _ in range(samples):
        z = posterior.sample(generator)
        ratio = posterior.log_ratio(z)
        if ratio is None:
            raise TypeError(f"{type(model).__name__} has no posterior density, so there is no importance bound.")
        weight = -model.distortion(x, z, y) - ratio
        total = torch.logaddexp(total, weight.double())
    return total - math.log(samples)
