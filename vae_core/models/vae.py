"""The variational autoencoder (Kingma & Welling 2014, eq. 3 with the estimator of eq. 10).

    −ELBO = E_q[−log p(x|z)] + KL(q(z|x) ‖ p(z)) = distortion + rate

A family with another penalty on the posterior subclasses `VAE` and overrides `penalty` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ..config import setting
from ..divergences import gaussian_kl
from ..schedules import SCHEDULES
from .base import Model, ModelConfig


@dataclass(frozen=True)
class DiagonalGaussian:
    """q(z|x) = N(mu, exp logvar), both `(B, D)`."""

    mu: Tensor
    logvar: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """z = mu + σ·ε `(B, D)`: the reparameterisation of Kingma & Welling 2014, §2.4."""
        noise = torch.empty_like(self.mu).normal_(generator=generator)
        return torch.addcmul(self.mu, torch.exp(0.5 * self.logvar), noise)

    def rate_per_dim(self) -> Tensor:
        """KL to the standard normal prior of each dimension in nats, `(B, D)`."""
        return gaussian_kl(self.mu, self.logvar)


class VAE(Model):
    """E_q[−log p(x|z)] + KL(q(z|x) ‖ N(0, I)), Kingma & Welling 2014, eq. 10."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """Settings of the VAE."""

        schedule: str = setting("constant", "How the weight of the rate moves", choices=SCHEDULES)
        warmup_steps: int = setting(0, "Steps until the weight is full (linear schedule)", low=0)

    title = "VAE"
    formula = r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \mathrm{KL}(q(z|x)\,\|\,p(z))"
    about = "Codes are small clouds that must look like a standard normal: the space is smooth and can be sampled."

    #: Log-variances stay within ±20, smoothly: σ from 0.00005 to 22,000.
    LOGVAR_LIMIT = 20.0
    #: Posteriors start narrower than the prior, so that the decoder hears the code before the rate silences it.
    LOGVAR_START = -2.0

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, code_parameters=2)
        head = cast(nn.Linear, self.encoder[-1])
        nn.init.constant_(head.bias[config.latent_dim :], self.LOGVAR_START)

    @property
    def beta(self) -> float:
        """The weight of the rate when the schedule is at its full value."""
        return getattr(self.config, "beta", 1.0)

    def weight(self, step: int) -> float:
        """β at this step."""
        config = cast(VAE.Config, self.config)
        return self.beta * SCHEDULES[config.schedule](step, config.warmup_steps)

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        mu, raw = self.encoder(x).float().chunk(2, dim=1)  # (B, D) each
        return DiagonalGaussian(mu, self.LOGVAR_LIMIT * torch.tanh(raw / self.LOGVAR_LIMIT))

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        """What is added to the distortion, in nats, `(B,)`."""
        return self.weight(step) * posterior.rate_per_dim().sum(1)

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        posterior = self.encode(x, y)
        z = posterior.sample()
        distortion = self.distortion(x, z, y).mean()
        penalty = self.penalty(posterior, z, step).mean()
        rate = posterior.rate_per_dim().sum(1).mean().detach()
        return {"loss": distortion + penalty, "distortion": distortion, "penalty": penalty, "rate": rate}

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        device = next(self.parameters()).device
        return torch.randn(n, self.config.latent_dim, generator=generator, device=device)
