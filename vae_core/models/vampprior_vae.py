"""The VAE with a VampPrior (Tomczak & Welling 2018, eq. 9): the prior is a mixture of the posteriors of learned images.

    −ELBO with p(z) = 1/K Σ_k q(z|u_k)

The pseudo-images u_k are learned with the rest. The rate has no closed form: it is log q(z|x) − log p(z) of a sample,
split over the dimensions by the chain rule log p(z) = Σ_d log p(z_d | z_1 … z_{d−1}), so that the parts sum to the whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ..config import setting
from ..divergences import log_density_per_dim
from .base import ModelConfig
from .vae import VAE, DiagonalGaussian


class VampPriorVAE(VAE):
    """E_q[−log p(x|z)] + KL(q(z|x) ‖ 1/K Σ q(z|u_k)), Tomczak & Welling 2018, eq. 9."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the VAE with a VampPrior."""

        components: int = setting(50, "K, pseudo-images of the prior (paper: 500)", low=1, high=5000)

    title = "VAE with a VampPrior"
    changes = "prior"
    formula = (
        r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \mathrm{KL}\Bigl(q(z|x)\,\Big\|\,\tfrac1K\sum_{k=1}^K q(z|u_k)\Bigr)"
    )
    about = "The prior is a mixture of the posteriors of learned pseudo-images, so that samples resemble the data."
    standard_prior = False

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        count = cast(VampPriorVAE.Config, config).components
        #: Logits of the pseudo-images.
        self.pseudo = nn.Parameter(torch.randn(count, *config.shape))

    def prior(self) -> DiagonalGaussian:
        """The components of the mixture, `(K, D)` each."""
        return super().encode(torch.sigmoid(self.pseudo))

    def encode(self, x: Tensor, y: Tensor | None = None) -> MixturePosterior:
        posterior, prior = super().encode(x), self.prior()
        return MixturePosterior(posterior.mu, posterior.logvar, prior.mu, prior.logvar)

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        prior, device = self.prior(), self.pseudo.device
        rows = torch.randint(len(prior.mu), (n,), generator=generator, device=device)
        return DiagonalGaussian(prior.mu[rows], prior.logvar[rows]).sample(generator)


@dataclass(frozen=True)
class MixturePosterior(DiagonalGaussian):
    """q(z|x) `(B, D)` with a prior that is a uniform mixture of Gaussians `(K, D)`."""

    prior_mu: Tensor
    prior_logvar: Tensor

    def rate_per_dim(self, z: Tensor | None = None) -> Tensor:
        """log q(z_d|x) − log p(z_d | z_1 … z_{d−1}) in nats, `(B, D)`; without z, at the mean."""
        z = self.mu if z is None else z
        log_posterior = log_density_per_dim(z, self.mu, self.logvar)
        components = log_density_per_dim(z[:, None], self.prior_mu, self.prior_logvar)  # (B, K, D)
        prefixes = torch.logsumexp(components.cumsum(2), dim=1) - math.log(len(self.prior_mu))  # log p(z_1 … z_d)
        return log_posterior - torch.diff(prefixes, dim=1, prepend=torch.zeros_like(prefixes[:, :1]))

    def log_ratio(self, z: Tensor) -> Tensor:
        """log q(z|x) − log p(z) in nats, `(B,)`."""
        return self.rate_per_dim(z).sum(1)
