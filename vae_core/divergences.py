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
    return log_density_per_dim(z, mu, logvar).sum(-1)


def log_density_per_dim(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log N(z_d; mu_d, exp logvar_d) of each dimension; shapes broadcast."""
    return -0.5 * ((z - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))


def kl_between(mu: Tensor, logvar: Tensor, prior_mu: Tensor, prior_logvar: Tensor) -> Tensor:
    """KL(N(mu, exp logvar) ‖ N(prior_mu, exp prior_logvar)) of each dimension in nats."""
    log_ratio = logvar - prior_logvar
    return 0.5 * ((mu - prior_mu).square() * torch.exp(-prior_logvar) + torch.expm1(log_ratio) - log_ratio)


def standard_normal_log_density(z: Tensor) -> Tensor:
    """log N(z; 0, I) summed over the last dimension. `(..., D)` → `(...)`."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)


def mmd(a: Tensor, b: Tensor, scale: float) -> Tensor:
    """Squared maximum mean discrepancy of samples `(n, D)` and `(m, D)`, unbiased: about 0 if both have one distribution.

    Gretton et al. 2012, eq. 3, with the sum of seven inverse multiquadratics C/(C + ‖x − y‖²), C from a tenth to ten
    times `scale` (Tolstikhin et al. 2018, §4; they take scale = 2·D·σ²). Dimensionless, at most 14.
    """
    within_a, within_b = _kernel(a, a, scale), _kernel(b, b, scale)
    n, m = len(a), len(b)
    mean_a = (within_a.sum() - within_a.diagonal().sum()) / max(1, n * (n - 1))
    mean_b = (within_b.sum() - within_b.diagonal().sum()) / max(1, m * (m - 1))
    return mean_a + mean_b - 2 * _kernel(a, b, scale).mean()


def _kernel(a: Tensor, b: Tensor, scale: float) -> Tensor:
    """`(n, D)`, `(m, D)` → `(n, m)`."""
    squares = (a[:, None] - b[None]).square().sum(-1)
    return sum((c * scale / (c * scale + squares) for c in (0.1, 0.2, 0.5, 1, 2, 5, 10)), torch.zeros_like(squares))
