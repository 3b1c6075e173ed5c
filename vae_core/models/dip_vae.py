"""DIP-VAE I and II (Kumar et al. 2018, eqs. 6 and 7): a penalty on the covariance of all codes.

    −ELBO + λ_od · Σ_{i≠j} C_ij² + λ_d · Σ_i (C_ii − 1)²

For I, C is the covariance of the posterior means; for II, that of the aggregate posterior: the same plus the mean of the
posterior variances. Both are estimated from the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from .vae import VAE, DiagonalGaussian


class DIPVAE(VAE):
    """−ELBO + λ_od·Σ_{i≠j} C_ij² + λ_d·Σ (C_ii − 1)², Kumar et al. 2018, eqs. 6 and 7."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the DIP-VAE."""

        covariance: str = setting(
            "ii", "Covariance of the posterior means (i) or of the codes (ii)", choices=("i", "ii")
        )
        off_diagonal: float = setting(10.0, "λ_od, weight of the squared covariances", low=0.0, high=1e6)
        diagonal: float = setting(10.0, "λ_d, weight of squared differences of variances from 1", low=0.0, high=1e6)

    title = "DIP-VAE"
    changes = "aggregate"
    formula = r"-\mathrm{ELBO} + \lambda_{od}\sum_{i\neq j} C_{ij}^2 + \lambda_d\sum_i (C_{ii}-1)^2"
    about = "Penalises the difference of the codes' covariance from the identity: uncorrelated dimensions without a larger rate."

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        config = cast(DIPVAE.Config, self.config)
        c = covariance(posterior.mu)
        if config.covariance == "ii":
            c = c + torch.diag(posterior.logvar.exp().mean(0))
        diagonal = c.diagonal()
        off = c.square().sum() - diagonal.square().sum()
        covariance_penalty = config.off_diagonal * off + config.diagonal * (diagonal - 1).square().sum()
        return super().penalty(posterior, z, step) + covariance_penalty


def covariance(mu: Tensor) -> Tensor:
    """E[μμᵀ] − E[μ]E[μ]ᵀ over the batch `(B, D)` → `(D, D)`."""
    centred = mu - mu.mean(0)
    return centred.T @ centred / len(mu)
