"""The InfoVAE with MMD (Zhao et al. 2019, eq. 6): match the aggregate of the codes, not each posterior, to the prior.

    E_q[−log p(x|z)] + (1 − α) · KL(q(z|x) ‖ p(z)) + (α + λ − 1) · MMD(q(z) ‖ p(z))

α = 1 removes the rate: the MMD-VAE. MMD is dimensionless, so λ is in nats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from ..divergences import mmd
from .vae import VAE, DiagonalGaussian


class InfoVAE(VAE):
    """E_q[−log p(x|z)] + (1 − α)·KL(q(z|x) ‖ N(0, I)) + (α + λ − 1)·MMD(q(z) ‖ N(0, I)), Zhao et al. 2019, eq. 6."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the InfoVAE."""

        alpha: float = setting(0.9, "α: the rate is weighted by 1 − α (1: the MMD-VAE)", low=0.0, high=1.0)
        mmd_weight: float = setting(500.0, "λ, weight of the MMD of codes and prior, in nats", low=0.0, high=1e6)

    title = "InfoVAE"
    changes = "aggregate"
    formula = (
        r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + (1-\alpha)\,\mathrm{KL}(q(z|x)\,\|\,p(z))"
        r" + (\alpha+\lambda-1)\,\mathrm{MMD}(q(z)\,\|\,p(z))"
    )
    about = "Matches all codes together to the prior, so each posterior may be narrow: informative codes that can be sampled."

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        config = cast(InfoVAE.Config, self.config)
        discrepancy = mmd(z, torch.randn_like(z), scale=2.0 * z.shape[1])
        rate = super().penalty(posterior, z, step)
        return (1 - config.alpha) * rate + (config.alpha + config.mmd_weight - 1) * discrepancy
