"""The FactorVAE (Kim & Mnih 2018, eq. 2): a VAE with a penalty on the total correlation, as a critic estimates it.

    −ELBO + γ · TC(z),   TC(z) = KL(q(z) ‖ Π_d q(z_d)) ≈ E_q(z)[log D(z) − log(1 − D(z))]

D classifies codes of images against codes whose dimensions were shuffled between images (algorithm 1), which are samples of
the product of the marginals. It is trained alongside the VAE with its own optimiser settings (algorithm 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from ..config import setting
from ..networks.critic import critic
from .base import ModelConfig
from .vae import VAE, DiagonalGaussian


class FactorVAE(VAE):
    """−ELBO + γ·KL(q(z) ‖ Π q(z_d)), Kim & Mnih 2018, eq. 2."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the FactorVAE."""

        gamma: float = setting(10.0, "γ, weight of the total correlation", low=0.0, high=1e6)
        critic_width: int = setting(
            256, "Units in each layer of the critic (paper: 1000)", low=1, high=8192, advanced=True
        )
        critic_depth: int = setting(4, "Hidden layers of the critic (paper: 5)", low=1, high=16, advanced=True)

    title = "FactorVAE"
    changes = "aggregate"
    formula = r"-\mathrm{ELBO} + \gamma\,\mathrm{KL}\bigl(q(z)\,\|\,\textstyle\prod_d q(z_d)\bigr)"
    about = "A critic estimates the total correlation of the dimensions, and the VAE minimises it."

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        settings = cast(FactorVAE.Config, config)
        self.adversary = critic(settings.latent_dim, 2, settings.critic_width, settings.critic_depth)

    def total_correlation(self, z: Tensor) -> Tensor:
        """The critic's estimate for codes `(B, D)` in nats: the difference of its two logits, `(B,)`."""
        assert self.adversary is not None
        joint, product = self.adversary(z).float().unbind(1)
        return joint - product

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        correlation = cast(FactorVAE.Config, self.config).gamma * self.total_correlation(z)
        return super().penalty(posterior, z, step) + correlation

    def adversary_loss(self, x: Tensor, made: Tensor) -> Tensor:
        assert self.adversary is not None
        # The first half of the codes as it is, the second half shuffled, so that no image is in both.
        half = (len(made) + 1) // 2
        codes = torch.cat([made[:half], shuffled(made[-half:])])
        targets = torch.arange(2, device=made.device).repeat_interleave(half)
        return functional.cross_entropy(self.adversary(codes).float(), targets)


def shuffled(z: Tensor) -> Tensor:
    """Each dimension permuted independently between the images `(B, D)`: Kim & Mnih 2018, algorithm 1."""
    order = torch.rand_like(z).argsort(dim=0)
    return z.gather(0, order)
