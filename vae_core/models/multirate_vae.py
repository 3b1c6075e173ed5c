"""The multi-rate VAE (Bae et al. 2023): β is an input, so one training holds the whole rate–distortion curve.

    E_β [ w(β) · (E_q[−log p_β(x|z)] + β · KL(q_β(z|x) ‖ p(z))) ],   log β ~ U(log low/3, log 3·high)

w(β) = 1/√(1 + β), scaled to a mean of 1 over the batch: without it the losses of large β dominate the gradients, and with
1/(1 + β) those of small β do. β is sampled from a range wider than [low, high], so that the ends are trained like the rest.
Neither changes an optimum, because each β has its own.
The paper gates each layer's output by a sigmoid of log β (eq. 12). Here a small network of log β scales and shifts each
layer's output, heads included (Perez et al. 2018), and adds a low-rank matrix to the weights of fully connected layers:
without that matrix, the loss on sprites at β = 16 stays a tenth above a β-VAE's (`bench.multirate` has the whole curve).
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Self, cast

import torch
from torch import Tensor, nn

from ..config import ConfigError, setting
from ..networks.initialise import WEIGHTED
from ..networks.mlp import mlp
from .base import ModelConfig
from .vae import VAE, DiagonalGaussian

#: Features of log β that the gates receive.
BETA_FEATURES = 32
#: Rank of the matrix that β adds to the weights of a fully connected layer.
RANK = 32
#: Training samples β from `beta_low` / MARGIN to `beta_high` · MARGIN.
MARGIN = 3.0


class MultiRateVAE(VAE):
    """E_β[E_q[−log p_β(x|z)] + β·KL(q_β(z|x) ‖ N(0, I))], Bae et al. 2023, eq. 9."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the multi-rate VAE."""

        beta_low: float = setting(0.1, "The smallest β", above=0.0, high=1e5)
        beta_high: float = setting(100.0, "The largest β", above=0.0, high=1e6)
        # Each image has its own random β, so there is no single weight to schedule and no free bits.
        schedule: str = setting(
            "constant", "Constant: each image has its own random β", choices=("constant",), advanced=True
        )
        free_bits: float = setting(0.0, "Not available: each β has its own rate", low=0.0, high=0.0, advanced=True)

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.beta_low >= self.beta_high:
                raise ConfigError(f"--beta-low {self.beta_low:g}: must be below --beta-high {self.beta_high:g}.")

        @property
        def beta(self) -> None:
            """None: β is an input."""

        @property
        def betas(self) -> tuple[float, float]:
            return self.beta_low, self.beta_high

    title = "Multi-rate VAE"
    changes = "rate"
    formula = r"\mathbb{E}_{\beta}\bigl[\mathbb{E}_{q_\beta(z|x)}[-\log p_\beta(x|z)] + \beta\,\mathrm{KL}(q_\beta(z|x)\,\|\,p(z))\bigr]"
    about = "One model for all β: change β without training again and see dimensions collapse."

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        settings = cast(MultiRateVAE.Config, config)
        #: β outside of training: one for all images, or one for each `(B,)`.
        self.requested_beta: float | Tensor = min(max(1.0, settings.beta_low), settings.beta_high)
        # `teller` is the name in saved weights.
        self.teller = nn.Sequential(*mlp([1, BETA_FEATURES, BETA_FEATURES]), nn.SiLU())
        self.encoder_gates, self.decoder_gates = gates_of(self.encoder), gates_of(self.decoder)

    def at_beta(self, beta: float | Tensor) -> Self:
        """A copy with the same weights at another β, or at one β for each image `(B,)`."""
        model = copy.copy(self)
        model.requested_beta = beta
        return model

    @property
    def beta(self) -> float:
        return float(self.requested_beta)

    @property
    def bounds(self) -> tuple[float, float]:
        return cast(MultiRateVAE.Config, self.config).betas

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        return DiagonalGaussian(*self.moments(gated(self.encoder, self.encoder_gates, x, self.beta_features(x))))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return gated(self.decoder, self.decoder_gates, z, self.beta_features(z))

    def beta_features(self, like: Tensor) -> Tensor:
        """Features of the requested β, which all gates receive, `(B, BETA_FEATURES)`."""
        beta = torch.as_tensor(self.requested_beta, dtype=torch.float32, device=like.device).expand(
            like.shape[0]
        )  # len would fix the batch size of an exported graph
        low, high = (math.log(bound) for bound in self.bounds)
        return self.teller((2 * (beta.log() - low) / (high - low) - 1)[:, None])

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        low, high = (math.log(bound) for bound in self.bounds)
        margin = math.log(MARGIN)
        beta = torch.empty(len(x), device=x.device).uniform_(low - margin, high + margin).exp()
        model = self.at_beta(beta)
        posterior = model.encode(x)
        z = posterior.sample()
        distortion, rate = model.distortion(x, z), posterior.rate_per_dim().sum(1)
        weight = (1 + beta).rsqrt()
        return {
            "loss": (weight * (distortion + beta * rate)).mean() / weight.mean(),
            "distortion": distortion.mean().detach(),
            "rate": rate.mean().detach(),
        }


class Gate(nn.Module):
    """How β changes one layer: a scale and a shift of each output channel.

    A fully connected layer's weights change too, W + U·diag(g(β))·V: dimensions can collapse only after the code is
    rotated, so that the remaining information lies along few of them, and scales and shifts cannot rotate it.
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        # `into`, `amounts` and `out` are the names in saved weights.
        width = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
        self.moments = nn.Linear(BETA_FEATURES, 2 * cast(int, width))
        nn.init.normal_(self.moments.weight, std=0.1)
        nn.init.zeros_(self.moments.bias)
        if isinstance(layer, nn.Linear):
            self.into = nn.Linear(layer.in_features, RANK, bias=False)
            self.amounts = nn.Linear(BETA_FEATURES, RANK)
            self.out = nn.Linear(RANK, layer.out_features, bias=False)
            nn.init.normal_(self.amounts.weight, std=0.3)
            nn.init.zeros_(self.amounts.bias)

    def forward(self, layer: nn.Module, x: Tensor, features: Tensor) -> Tensor:
        """The layer's output for `x (B, …)` at the β of `features (B, BETA_FEATURES)`."""
        y = layer(x)
        scale, shift = self.moments(features).to(y.dtype).view(y.shape[0], -1, *[1] * (y.dim() - 2)).chunk(2, dim=1)
        y = torch.addcmul(shift, y, 1 + scale)
        return y + self.out(self.into(x) * self.amounts(features)) if isinstance(layer, nn.Linear) else y


def gates_of(network: nn.Sequential) -> nn.ModuleList:
    """A gate for each layer with weights."""
    return nn.ModuleList(Gate(layer) for layer in network if isinstance(layer, WEIGHTED))


def gated(network: nn.Sequential, gates: nn.ModuleList, x: Tensor, features: Tensor) -> Tensor:
    """The network's output for `x (B, …)` at the β of `features (B, BETA_FEATURES)`."""
    remaining = iter(gates)
    for layer in network:
        x = next(remaining)(layer, x, features) if isinstance(layer, WEIGHTED) else layer(x)
    return x
