"""The deterministic autoencoder (Hinton & Salakhutdinov 2006), minimising −log p(x|f(x)).

There is no prior, so no rate and no ELBO. For sampling, running means and variances of the codes are tracked in
training, and a Gaussian with these moments replaces the prior.

A family with another loss term overrides `penalty`; one with another encoder input overrides `encoder_input`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .base import Model, ModelConfig


@dataclass(frozen=True)
class Point:
    """A posterior that is a single point `mu (B, D)`."""

    mu: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        return self.mu

    @property
    def logvar(self) -> None:
        return None

    def rate_per_dim(self, z: Tensor) -> None:
        return None

    def log_ratio(self, z: Tensor) -> None:
        return None


class Autoencoder(Model):
    """−log p(x | z = f(x)); with the Gaussian likelihood this is the squared error."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """Settings of the autoencoder."""

    title = "Autoencoder"
    changes = "noise"
    group = "Deterministic"
    standard_prior = False
    formula = r"\min\; -\log p(x \mid f(x))"
    about = "Compresses and reconstructs. The code space is not regularised, so points between codes may decode poorly."

    code_mean: Tensor
    code_variance: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.register_buffer("code_mean", torch.zeros(config.latent_dim))
        self.register_buffer("code_variance", torch.ones(config.latent_dim))

    def encode(self, x: Tensor, y: Tensor | None = None) -> Point:
        return Point(self.encoder(x).float())

    def encoder_input(self, x: Tensor) -> Tensor:
        """The encoder's input for images `(B, C, H, W)` in training."""
        return x

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        """The term added to the distortion, in nats, `(B,)` or a mean `()`; x is the encoder's input, z its code."""
        return z.new_zeros(())

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        inputs = self.encoder_input(x)
        z = self.encode(inputs, y).mu
        self._update_moments(z.detach())
        distortion = self.distortion(x, z, y).mean()
        if type(self).penalty is Autoencoder.penalty:
            return {"loss": distortion, "distortion": distortion}
        penalty = self.penalty(inputs, z).mean()
        terms = {"loss": distortion + penalty, "distortion": distortion, "penalty": penalty}
        return terms if self.adversary is None else terms | {"adversary": self.adversary_loss(x, z.detach())}

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(n, self.config.latent_dim, generator=generator, device=self.code_mean.device)
        return self.code_mean + self.code_variance.sqrt() * noise

    def _update_moments(self, z: Tensor) -> None:
        self.code_mean.lerp_(z.mean(0), 0.01)
        self.code_variance.lerp_((z - self.code_mean).square().mean(0), 0.01)
