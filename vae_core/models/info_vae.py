"""The InfoVAE with MMD (Zhao et al. 2019, eq. 6): all codes together, rather than each, shall look like the prior.

    E_q[−log p(x|z)] + (1 − α) · KL(q(z|x) ‖ p(z)) + (α + λ − 1) · MMD(q(z) ‖ p(z))

α = 1 leaves the rate free: the MMD-VAE. MMD is dimensionless, so λ counts nats.
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

        alpha: float = setting(0.9, "α: 0 charges the whole rate, 1 none of it (MMD-VAE)", low=0.0, high=1.0)
        mmd_weight: float = setting(500.0, "λ, the price of codes that look unlike the prior", low=0.0, high=1e6)

    title = "InfoVAE"
    formula = (
        r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + (1-\alpha)\,\mathrm{KL}(q(z|x)\,\|\,p(z))"
        r" + (\alpha+\lambda-1)\,\mathrm{MMD}(q(z)\,\|\,p(z))"
    )
    about = "Each image may have a narrow code as long as all codes together fill the prior: informative and still sampleable."

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        config = cast(InfoVAE.Config, self.config)
        away = mmd(z, torch.randn_like(z), scale=2.0 * z.shape[1])
        rate = super().penalty(posterior, z, step)
        return (1 - config.alpha) * rate + (config.alpha + config.mmd_weight - 1) * away
