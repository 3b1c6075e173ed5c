"""Wasserstein autoencoders (Tolstikhin et al. 2018): the aggregate of all codes matches the prior.

    −log p(x|f(x)) + λ · MMD(q(z) ‖ p(z))     (algorithm 2)
    −log p(x|f(x)) − λ · log D(f(x))          (algorithm 1, with a critic)

The encoder is deterministic, so there is no rate; new images are decoded samples of the prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from ..divergences import mmd
from .adversarial_autoencoder import AdversarialAutoencoder
from .autoencoder import Autoencoder


class WAEMMD(Autoencoder):
    """−log p(x|f(x)) + λ·MMD(q(z) ‖ N(0, I)), Tolstikhin et al. 2018, algorithm 2."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        """Settings of the WAE."""

        mmd_weight: float = setting(500.0, "λ, weight of the MMD of codes and prior, in nats", low=0.0, high=1e6)

    title = "WAE (MMD)"
    changes = "aggregate"
    group = "Transport"
    formula = r"-\log p(x \mid f(x)) + \lambda\,\mathrm{MMD}(q(z)\,\|\,p(z))"
    about = "Each image has one exact code, and all codes together match the prior: sharp images that can be sampled."

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        weight = cast(WAEMMD.Config, self.config).mmd_weight
        return weight * mmd(z, torch.randn_like(z), scale=2.0 * z.shape[1])

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn(n, self.config.latent_dim, generator=generator, device=self.code_mean.device)


class WAEGAN(AdversarialAutoencoder):
    """−log p(x|f(x)) − λ·log D(f(x)), Tolstikhin et al. 2018, algorithm 1."""

    @dataclass(frozen=True)
    class Config(AdversarialAutoencoder.Config):
        """Settings of the WAE with a critic."""

        critic_weight: float = setting(20.0, "λ, weight of the adversarial term, in nats", low=0.0, high=1e6)
        critic_depth: int = setting(4, "Hidden layers of the critic", low=1, high=16, advanced=True)

    title = "WAE (GAN)"
    changes = "aggregate"
    group = "Transport"
    about = (
        "An adversarial autoencoder whose critic estimates a divergence: a larger λ brings codes closer to the prior."
    )
