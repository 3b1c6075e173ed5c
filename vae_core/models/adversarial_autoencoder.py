"""The adversarial autoencoder (Makhzani et al. 2015, §2): a critic makes the codes look like the prior.

    −log p(x|f(x)) − λ · log D(f(x)),   D: draws from the prior against codes of images

The encoder is deterministic here, as in their experiments. The Wasserstein autoencoder with a critic (Tolstikhin et al.
2018, algorithm 1) is the same with another λ, seen as the price of a divergence rather than a second phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from ..config import setting
from ..networks.critic import critic
from .autoencoder import Autoencoder
from .base import ModelConfig


class AdversarialAutoencoder(Autoencoder):
    """−log p(x|f(x)) − λ·log D(f(x)), Makhzani et al. 2015, §2."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        """Settings of the adversarial autoencoder."""

        critic_weight: float = setting(10.0, "λ, the price in nats of codes that the critic knows", low=0.0, high=1e6)
        critic_width: int = setting(256, "Units in each layer of the critic", low=1, high=8192, advanced=True)
        critic_depth: int = setting(2, "Hidden layers of the critic", low=1, high=16, advanced=True)

    title = "Adversarial autoencoder"
    group = "Adversarial"
    formula = r"-\log p(x \mid f(x)) - \lambda \log D(f(x)),\quad D:\ \text{prior or code?}"
    about = "A critic tells codes from draws of the prior until it cannot: an autoencoder that can be sampled."

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        own = cast(AdversarialAutoencoder.Config, config)
        self.adversary = critic(own.latent_dim, 1, own.critic_width, own.critic_depth, spectral=True)

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        assert self.adversary is not None
        # −log D, not log(1 − D): its gradient does not vanish while the critic is sure (Goodfellow et al. 2014, §3).
        weight = cast(AdversarialAutoencoder.Config, self.config).critic_weight
        return weight * functional.softplus(-self.adversary(z).float()).squeeze(1)

    def adversary_loss(self, x: Tensor, y: Tensor | None, step: int) -> Tensor:
        assert self.adversary is not None
        with torch.no_grad():
            z = self.encode(self.seen(x), y).mu
        drawn = self.prior_sample(len(z))
        logits = self.adversary(torch.cat([drawn, z])).float().squeeze(1)
        true = torch.cat([torch.ones(len(z)), torch.zeros(len(z))]).to(logits)
        return functional.binary_cross_entropy_with_logits(logits, true)

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn(n, self.config.latent_dim, generator=generator, device=self.code_mean.device)
