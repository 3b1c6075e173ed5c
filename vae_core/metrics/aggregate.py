"""The aggregate posterior compared with the prior (Hoffman & Johnson 2016; Chen et al. 2018, eq. 2)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..divergences import gaussian_log_density, log_density_per_dim, standard_normal_log_density
from .coded import MetricError

#: Posterior samples that are compared with all codes at once.
BLOCK = 128


class Aggregate(NamedTuple):
    """The three terms that the rate is the sum of, in nats per image; q(z) is the mixture of all images' posteriors.

    information: I(x; z), how well a code identifies its image; at most `ceiling`, the log of the number of images. total_correlation: KL(q(z) ‖ Π q(z_d)). dimension_wise: Σ KL(q(z_d) ‖ N(0, 1)).
    """

    information: float
    total_correlation: float
    dimension_wise: float
    ceiling: float

    @property
    def marginal_kl(self) -> float:
        """KL(q(z) ‖ p(z)): how far the aggregate posterior is from the prior that samples are drawn from."""
        return self.total_correlation + self.dimension_wise

    @property
    def rate(self) -> float:
        return self.information + self.marginal_kl


@torch.no_grad()
def aggregate(mu: Tensor, logvar: Tensor, size: int | None = None, seed: int = 0, draws: int = 2000) -> Aggregate:
    """The terms by Monte Carlo: one sample of each of `draws` posteriors against the mixture.

    mu, logvar `(N, D)` of q(z|x), in any order; a subset of `size` images (None: all of them). The image of a sample
    counts as one of `size`, the other N − 1 stand for the rest (Chen et al. 2018, eq. S7): without these weights a small
    subset would overestimate the information.

    Raises:
        MetricError: fewer than two codes, or a size below their number.
    """
    size = len(mu) if size is None else size
    if not 2 <= len(mu) <= size:
        raise MetricError(f"{len(mu)} codes of {size} images: use at least two, and at most one for each image.")
    mu, logvar = mu.double(), logvar.double()
    sampled = torch.randperm(len(mu), generator=torch.Generator().manual_seed(seed))[:draws]
    noise = torch.randn(len(sampled), mu.shape[1], generator=torch.Generator().manual_seed(seed), dtype=mu.dtype)
    z = mu[sampled] + (0.5 * logvar[sampled]).exp() * noise
    parts = []
    for block, rows in zip(z.split(BLOCK), sampled.split(BLOCK), strict=True):
        weight = torch.full((len(rows), len(mu), 1), math.log((size - 1) / size / (len(mu) - 1)), dtype=mu.dtype)
        weight[torch.arange(len(rows)), rows] = -math.log(size)
        density = log_density_per_dim(block[:, None], mu[None], logvar[None])  # (B, N, D)
        parts.append(((density.sum(2) + weight[..., 0]).logsumexp(1), (density + weight).logsumexp(1).sum(1)))
    log_q, log_product = (torch.cat(blocks) for blocks in zip(*parts, strict=True))
    log_posterior = gaussian_log_density(z, mu[sampled], logvar[sampled])
    return Aggregate(
        float((log_posterior - log_q).mean()),
        float((log_q - log_product).mean()),
        float((log_product - standard_normal_log_density(z)).mean()),
        math.log(size),
    )
