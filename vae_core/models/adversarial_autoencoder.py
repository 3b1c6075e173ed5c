"""The adversarial autoencoder (Makhzani et al. 2015, §2): a critic trains the codes to match the prior.

    −log p(x|f(x)) − λ · log D(f(x)),   D: draws from the prior against codes of images

The encoder is deterministic, as in their experiments. The Wasserstein autoencoder with a critic (Tolstikhin et al. 2018,
algorithm 1) has the same loss with another λ, which there weights a divergence.
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

        critic_weight: float = setting(10.0, "λ, weight of the adversarial term, in nats", low=0.0, high=1e6)
        critic_width: int = setting(256, "Units in each layer of the critic", low=1, high=8192, advanced=True)
        critic_depth: int = setting(2, "Hidden layers of the critic", low=1, high=16, advanced=True)

    title = "Adversarial autoencoder"
    changes = "aggregate"
    group = "Adversarial"
    formula = r"-\log p(x \mid f(x)) - \lambda \log D(f(x)),\quad D:\ \text{prior or code?}"
    about = "An autoencoder whose codes are trained, by a critic, to match the prior, so that it can be sampled."

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        settings = cast(AdversarialAutoencoder.Config, config)
        self.adversary = critic(settings.latent_dim, 1, settings.critic_width, settings.critic_depth, spectral=True)

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        assert self.adversary is not None
        # −log D, not log(1 − D): its gradient does not vanish while the critic is confident (Goodfellow et al. 2014, §3).
        weight = cast(AdversarialAutoencoder.Config, self.config).critic_weight
        return weight * functional.softplus(-self.adversary(z).float()).squeeze(1)

    def adversary_loss(self, x: Tensor, made: Tensor) -> Tensor:
        assert self.adversary is not None
        samples = self.prior_sample(len(made))
        logits = self.adversary(torch.cat([samples, made])).float().squeeze(1)
        targets = (torch.arange(len(logits), device=logits.device) < len(made)).to(logits)
        return functional.binary_cross_entropy_with_logits(logits, targets)

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn(n, self.config.latent_dim, generator=generator, device=self.code_mean.device)
