"""VAEs with several stochastic layers: z_1 near the image, z_L the top (Sønderby et al. 2016, §2).

    p(x, z) = p(z_L) · Π p(z_l|z_{l+1}) · p(x|z_1)

The hierarchical VAE infers bottom-up, q(z_1|x) · Π q(z_{l+1}|z_l). The ladder VAE infers top-down: it combines bottom-up
moments with the prior's, weighted by precision (eqs. 17 to 20).

A code is not z but e with z_l = μ_p(z_{l+1}) + σ_p(z_{l+1}) · e_l: each layer's distance from its prior mean in prior standard
deviations. The mapping is one to one, and rates and density ratios are those of z. The prior of e is N(0, I), and changing a
top dimension changes all layers below it, as sliders should.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from ..config import ConfigError, setting
from ..divergences import gaussian_log_density, kl_between, log_density_per_dim
from ..networks.mlp import mlp
from .base import ModelConfig
from .vae import VAE


class Layer(NamedTuple):
    """One stochastic layer: a sample z, the moments of q and those of the prior, `(B, D_l)` each."""

    z: Tensor
    mu: Tensor
    logvar: Tensor
    prior_mu: Tensor
    prior_logvar: Tensor

    @property
    def code(self) -> Tensor:
        return (self.z - self.prior_mu) * torch.exp(-0.5 * self.prior_logvar)


class HierarchicalVAE(VAE):
    """−ELBO of p(z_L)·Π p(z_l|z_{l+1})·p(x|z_1), inferred bottom-up, Sønderby et al. 2016, §2."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the hierarchical VAE."""

        latent_dim: int = setting(10, "Latent dimensions of all layers together", low=3, high=512)
        levels: int = setting(2, "Stochastic layers; each is half as wide as the one below", low=2, high=5)
        level_width: int = setting(128, "Units of the networks between the layers", low=1, high=8192, advanced=True)

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.latent_dim < 2**self.levels - 1:
                raise ConfigError(
                    f"--levels {self.levels}: needs --latent-dim {2**self.levels - 1} or more, not {self.latent_dim}."
                )

    title = "Hierarchical VAE"
    changes = "posterior"
    formula = r"-\mathrm{ELBO},\quad p(z_L)\,\prod_{l} p(z_l|z_{l+1})\,p(x|z_1),\quad q(z_1|x)\,\prod_l q(z_{l+1}|z_l)"
    about = "Several layers of codes: the top layer sets the whole, the layers below add details."

    def __init__(self, config: ModelConfig) -> None:
        settings = cast(HierarchicalVAE.Config, config)
        width = settings.level_width
        #: Dimensions of each layer, the lowest first.
        self.widths = layer_widths(settings.latent_dim, settings.levels)
        super().__init__(config, outputs=width, inputs=self.widths[0])
        self.lowest = mlp([width, 2 * self.widths[0]], relu_first=True)
        #: p(z_l|z_{l+1}), the lowest first.
        self.down = nn.ModuleList(mlp([above, width, 2 * below]) for below, above in pairwise(self.widths))
        for network in (self.lowest, *self.build_upward(width)):
            self.start_narrow(network)

    def build_upward(self, width: int) -> nn.ModuleList:
        """q(z_{l+1}|z_l), the lowest first; returns the networks that predict moments."""
        self.up = nn.ModuleList(mlp([below, width, 2 * above]) for below, above in pairwise(self.widths))
        return self.up

    def encode(self, x: Tensor, y: Tensor | None = None) -> LayeredPosterior:  # type: ignore[override]
        return LayeredPosterior(self, self.encoder(x).float())

    def prior_moments(self, level: int, above: Tensor | None, like: Tensor) -> tuple[Tensor, Tensor]:
        """The prior's mu and logvar of a layer, given z of the layer above; N(0, I) for the top layer."""
        if above is None:
            zeros = like.new_zeros(
                like.shape[0], self.widths[level]
            )  # len would fix the batch size of an exported graph
            return zeros, zeros
        return self.moments(self.down[level](above))

    def infer(self, features: Tensor, noise: list[Tensor]) -> list[Layer]:
        """Sample all layers, the lowest first; `noise` `(B, D_l)` for each."""
        posteriors: list[tuple[Tensor, Tensor, Tensor]] = []  # z, mu, logvar
        mu, logvar = self.moments(self.lowest(features))
        for level in range(len(self.widths)):
            if level:
                mu, logvar = self.moments(self.up[level - 1](posteriors[-1][0]))
            posteriors.append((torch.addcmul(mu, torch.exp(0.5 * logvar), noise[level]), mu, logvar))
        above = [z for z, _, _ in posteriors[1:]]
        return [
            Layer(*posterior, *self.prior_moments(level, above[level] if level < len(above) else None, features))
            for level, posterior in enumerate(posteriors)
        ]

    def layers_of(self, features: Tensor, codes: Tensor) -> list[Layer]:
        """The layers of codes `(B, D)`, the lowest first."""
        samples = self.unfold(codes)
        layers = []
        for level, z in enumerate(samples):
            parameters = self.up[level - 1](samples[level - 1]) if level else self.lowest(features)
            above = samples[level + 1] if level + 1 < len(samples) else None
            layers.append(Layer(z, *self.moments(parameters), *self.prior_moments(level, above, z)))
        return layers

    def rates(self, layers: list[Layer]) -> Tensor:
        """log q(z_l|z_{l−1}) − log p(z_l|z_{l+1}) of each dimension, `(B, D)`.

        The sample above depends on the sample below, so a layer's KL has no closed form.
        """
        return torch.cat(
            [
                log_density_per_dim(layer.z, layer.mu, layer.logvar)
                - log_density_per_dim(layer.z, layer.prior_mu, layer.prior_logvar)
                for layer in layers
            ],
            dim=1,
        )

    def unfold(self, codes: Tensor) -> list[Tensor]:
        """Codes `(B, D)` → z of each layer, the lowest first."""
        parts = list(codes.split(self.widths, dim=1))
        samples: list[Tensor] = []
        for level in reversed(range(len(parts))):
            mu, logvar = self.prior_moments(level, samples[-1] if samples else None, parts[level])
            samples.append(torch.addcmul(mu, torch.exp(0.5 * logvar), parts[level]))
        return samples[::-1]

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.decoder(self.unfold(z)[0])


class LadderVAE(HierarchicalVAE):
    """−ELBO of p(z_L)·Π p(z_l|z_{l+1})·p(x|z_1), inferred top-down, Sønderby et al. 2016, eqs. 17 to 20."""

    @dataclass(frozen=True)
    class Config(HierarchicalVAE.Config):
        """Settings of the ladder VAE."""

    title = "Ladder VAE"
    changes = "posterior"
    formula = r"-\mathrm{ELBO},\quad q(z_l|z_{l+1},x)\propto \hat q(z_l|x)\,p(z_l|z_{l+1})\ \text{(precision-weighted)}"
    about = "A hierarchical VAE whose layers combine the image's evidence with the prior of the layer above."

    def build_upward(self, width: int) -> nn.ModuleList:
        """Deterministic bottom-up features of each layer, and heads that predict moments from them; the lowest first."""
        self.up = nn.ModuleList(mlp([width, width], relu_first=True) for _ in self.widths[1:])
        self.heads = nn.ModuleList(mlp([width, 2 * above], relu_first=True) for above in self.widths[1:])
        return self.heads

    def bottom_up_moments(self, features: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Mu and logvar of q̂(z_l|x), the lowest first."""
        moments = [self.moments(self.lowest(features))]
        for up, head in zip(self.up, self.heads, strict=True):
            features = up(features)
            moments.append(self.moments(head(features)))
        return moments

    def infer(self, features: Tensor, noise: list[Tensor]) -> list[Layer]:
        layers: list[Layer] = []
        for level, evidence in reversed(list(enumerate(self.bottom_up_moments(features)))):
            prior = self.prior_moments(level, layers[-1].z if layers else None, features)
            mu, logvar = precision_weighted(*evidence, *prior) if layers else evidence
            layers.append(Layer(torch.addcmul(mu, torch.exp(0.5 * logvar), noise[level]), mu, logvar, *prior))
        return layers[::-1]

    def layers_of(self, features: Tensor, codes: Tensor) -> list[Layer]:
        samples, layers = self.unfold(codes), []
        for level, evidence in enumerate(self.bottom_up_moments(features)):
            above = samples[level + 1] if level + 1 < len(samples) else None
            prior = self.prior_moments(level, above, features)
            moments = evidence if above is None else precision_weighted(*evidence, *prior)
            layers.append(Layer(samples[level], *moments, *prior))
        return layers

    def rates(self, layers: list[Layer]) -> Tensor:
        """KL(q(z_l|z_{l+1}, x) ‖ p(z_l|z_{l+1})) of each dimension at the sample above, `(B, D)`."""
        return torch.cat([kl_between(*layer[1:]) for layer in layers], dim=1)


class LayeredPosterior:
    """q(e|x) of all layers, the lowest first in the code `(B, D)`."""

    def __init__(self, model: HierarchicalVAE, features: Tensor) -> None:
        self.model, self.features = model, features

    def _sample(self, noise: list[Tensor]) -> tuple[Tensor, list[Layer]]:
        layers = self.model.infer(self.features, noise)
        return torch.cat([layer.code for layer in layers], dim=1), layers

    @cached_property
    def _at_means(self) -> tuple[Tensor, list[Layer]]:
        n = self.features.shape[0]
        return self._sample([self.features.new_zeros(n, width) for width in self.model.widths])

    @property
    def mu(self) -> Tensor:
        """The code when every layer takes its mean, `(B, D)`."""
        return self._at_means[0]

    @property
    def logvar(self) -> Tensor:
        """The log-variance of the code when every layer takes its mean, `(B, D)`."""
        return torch.cat([layer.logvar - layer.prior_logvar for layer in self._at_means[1]], dim=1)

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        features = self.features
        noise = [features.new_empty(len(features), width).normal_(generator=generator) for width in self.model.widths]
        return self._sample(noise)[0]

    def rate_per_dim(self, z: Tensor) -> Tensor:
        """Nats `(B, D)` at the sample z."""
        return self.model.rates(self.model.layers_of(self.features, z))

    def log_ratio(self, z: Tensor) -> Tensor:
        """log q(z|x) − log p(z) in nats, `(B,)`."""
        layers = self.model.layers_of(self.features, z)
        return sum(
            (
                gaussian_log_density(layer.z, layer.mu, layer.logvar)
                - gaussian_log_density(layer.z, layer.prior_mu, layer.prior_logvar)
                for layer in layers
            ),
            torch.zeros(len(z), device=z.device),
        )


def layer_widths(dims: int, levels: int) -> list[int]:
    """Dimensions of each layer, the lowest first: each about half of the one below it, `dims` in all."""
    upper = [max(1, dims * 2**k // (2**levels - 1)) for k in range(levels - 1)]
    return [dims - sum(upper), *reversed(upper)]


def precision_weighted(mu_a: Tensor, logvar_a: Tensor, mu_b: Tensor, logvar_b: Tensor) -> tuple[Tensor, Tensor]:
    """Mu and logvar of the product of two Gaussians: Sønderby et al. 2016, eqs. 18 and 19."""
    share = torch.sigmoid(logvar_b - logvar_a)  # of a: its precision over the sum of both
    return torch.lerp(mu_b, mu_a, share), -torch.logaddexp(-logvar_a, -logvar_b)
