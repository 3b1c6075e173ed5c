"""Divergences and log-densities of diagonal Gaussians, in nats, one value per example."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp logvar) ‖ N(0, 1)) of each dimension: ½(μ² + σ² − 1 − log σ²). `(B, D)` → `(B, D)`.

    Kingma & Welling 2014, appendix B. `expm1` keeps tiny values exact: σ² − 1 cancels near the prior.
    """
    return 0.5 * (mu.square() + torch.expm1(logvar) - logvar)


def gaussian_log_density(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log N(z; mu, exp logvar) summed over the last dimension. `(..., D)` → `(...)`."""
    squares = (z - mu).square() * torch.exp(-logvar)
    return -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(-1)


def standard_normal_log_density(z: Tensor) -> Tensor:
    """log N(z; 0, I) summed over the last dimension. `(..., D)` → `(...)`."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)
