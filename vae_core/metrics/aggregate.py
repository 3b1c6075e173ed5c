"""What the codes of all images together look like beside the prior (Hoffman & Johnson 2016; Chen et al. 2018, eq. 2)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..divergences import gaussian_log_density, log_density_per_dim, standard_normal_log_density
from .coded import MetricError

#: Draws that are compared with all codes at once.
BLOCK = 128


class Aggregate(NamedTuple):
    """The rate and the three parts it is the sum of, in nats per image; q(z) is the mixture of all images' codes.

    information: I(x; z), how well a code tells which image it came from; at most `ceiling` = log of how many images there
    are to tell apart. total_correlation: KL(q(z) ‖ Π q(z_d)). dimension_wise: Σ KL(q(z_d) ‖ N(0, 1)).
    """

    information: float
    total_correlation: float
    dimension_wise: float
    ceiling: float

    @property
    def marginal_kl(self) -> float:
        """KL(q(z) ‖ p(z)): how far codes as a whole are from the prior that samples are drawn from."""
        return self.total_correlation + self.dimension_wise

    @property
    def rate(self) -> float:
        return self.information + self.marginal_kl


@torch.no_grad()
def aggregate(mu: Tensor, logvar: Tensor, size: int | None = None, seed: int = 0, draws: int = 2000) -> Aggregate:
    """The parts by Monte Carlo: one draw of each of `draws` posteriors against the mixture.

    mu, logvar `(N, D)` of q(z|x), in any order; a sample of `size` images (none: all there are). A draw's own image
    is one of `size`, the other N − 1 stand for the rest (Chen et al. 2018, eq. S7): without that a small sample would
    take every code for unique.

    Raises:
        MetricError: fewer than two codes, or a size below their number.
    """
    size = len(mu) if size is None else size
    if not 2 <= len(mu) <= size:
        raise MetricError(f"{len(mu)} codes of {size} images: take at least two, and no more than there are images.")
    mu, logvar = mu.double(), logvar.double()
    take = torch.randperm(len(mu), generator=torch.Generator().manual_seed(seed))[:draws]
    noise = torch.randn(len(take), mu.shape[1], generator=torch.Generator().manual_seed(seed), dtype=mu.dtype)
    z = mu[take] + (0.5 * logvar[take]).exp() * noise
    parts = []
    for block, own in zip(z.split(BLOCK), take.split(BLOCK), strict=True):
        weight = torch.full((len(own), len(mu), 1), math.log((size - 1) / size / (len(mu) - 1)), dtype=mu.dtype)
        weight[torch.arange(len(own)), own] = -math.log(size)
        each = log_density_per_dim(block[:, None], mu[None], logvar[None])  # (B, N, D)
        parts.append(((each.sum(2) + weight[..., 0]).logsumexp(1), (each + weight).logsumexp(1).sum(1)))
    log_q, log_product = (torch.cat(found) for found in zip(*parts, strict=True))
    log_posterior = gaussian_log_density(z, mu[take], logvar[take])
    return Aggregate(
        float((log_posterior - log_q).mean()),
        float((log_q - log_product).mean()),
        float((log_product - standard_normal_log_density(z)).mean()),
        math.log(size),
    )
