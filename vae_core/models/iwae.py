"""The importance-weighted autoencoder (Burda et al. 2016, eq. 8): K samples give a tighter bound on log p(x).

    −E log 1/K Σ_k w_k,   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

K = 1 is the VAE. Distortion and rate are still those of one sample, to compare with other families.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from ..schedules import SCHEDULES
from .vae import VAE


class IWAE(VAE):
    """−E log 1/K Σ_k p(x, z_k)/q(z_k|x), Burda et al. 2016, eq. 8."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the IWAE."""

        importance_samples: int = setting(5, "K, codes drawn for each image", low=1, high=1000)
        # The bound has no separate rate, so no target rate and no free bits.
        schedule: str = setting("constant", "Schedule of the weight of log q/p", choices=SCHEDULES)
        free_bits: float = setting(
            0.0, "Not available: the bound has no separate rate", low=0.0, high=0.0, advanced=True
        )

    title = "IWAE"
    changes = "posterior"
    formula = r"-\mathbb{E}\,\log\frac1K\sum_{k=1}^K \frac{p(x,z_k)}{q(z_k|x)},\quad z_k\sim q(z|x)"
    about = "Weights several codes by importance: a tighter bound, richer posteriors, more active dimensions."

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        count = cast(IWAE.Config, self.config).importance_samples
        posterior = self.encode(x, y)
        log_weights, distortions = [], []
        for _ in range(count):
            z = posterior.sample()
            distortion = self.distortion(x, z, y)  # (B,)
            log_weights.append(-distortion - self.weight(step) * posterior.log_ratio(z))
            distortions.append(distortion.detach())
        bound = torch.logsumexp(torch.stack(log_weights), dim=0) - math.log(count)  # (B,)
        return {
            "loss": -bound.mean(),
            "distortion": torch.stack(distortions).mean(),
            "rate": posterior.rate_per_dim().sum(1).mean().detach(),
        }
