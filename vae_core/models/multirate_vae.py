"""The multi-rate VAE (Bae et al. 2023): β is an input, so one training holds the whole rate–distortion curve.

    E_β [ w(β) · (E_q[−log p_β(x|z)] + β · KL(q_β(z|x) ‖ p(z))) ],   log β ~ U(log low/3, log 3·high)

w(β) = 1/√(1 + β), scaled to a mean of 1 over the batch: without it the steep losses of large β drown the fine work at small
ones, and with 1/(1 + β) it is the other way round. β is drawn from beyond both ends, so that the ends have neighbours on
either side. Neither moves an optimum, for each β has its own.
The paper lets each layer's output be gated by a sigmoid of log β (eq. 12). Here a small network of log β scales and shifts
what each layer says, heads included (Perez et al. 2018), and turns the fully connected ones by a matrix of low rank:
without turning, sprites at β = 16 stay a tenth above a β-VAE (`bench.multirate` has the whole curve).
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

#: Numbers that tell the layers which β it is.
TOLD = 32
#: Directions in which the weights of a fully connected layer follow β.
RANK = 32
#: β is drawn from this many times below the least to as many times above the largest.
BEYOND = 3.0


class MultiRateVAE(VAE):
    """E_β[E_q[−log p_β(x|z)] + β·KL(q_β(z|x) ‖ N(0, I))], Bae et al. 2023, eq. 9."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the multi-rate VAE."""

        beta_low: float = setting(0.1, "The least β", above=0.0, high=1e5)
        beta_high: float = setting(100.0, "The largest β", above=0.0, high=1e6)
        # β is drawn for each image: there is no one weight to move, and no one rate to leave free.
        schedule: str = setting("constant", "Constant: β is drawn for each image", choices=("constant",), advanced=True)
        free_bits: float = setting(0.0, "None: each β has its own rate", low=0.0, high=0.0, advanced=True)

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.beta_low >= self.beta_high:
                raise ConfigError(f"--beta-low {self.beta_low:g}: must be below --beta-high {self.beta_high:g}.")

        @property
        def beta(self) -> None:
            """None: it has all of them."""

        @property
        def betas(self) -> tuple[float, float]:
            return self.beta_low, self.beta_high

    title = "Multi-rate VAE"
    formula = r"\mathbb{E}_{\beta}\bigl[\mathbb{E}_{q_\beta(z|x)}[-\log p_\beta(x|z)] + \beta\,\mathrm{KL}(q_\beta(z|x)\,\|\,p(z))\bigr]"
    about = "Trained once for every β: drag β itself and watch dimensions fall silent."

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        own = cast(MultiRateVAE.Config, config)
        #: The β that is asked for outside of training: one for all images, or one for each `(B,)`.
        self.requested_beta: float | Tensor = min(max(1.0, own.beta_low), own.beta_high)
        self.teller = nn.Sequential(*mlp([1, TOLD, TOLD]), nn.SiLU())
        self.encoder_gates, self.decoder_gates = gates_of(self.encoder), gates_of(self.decoder)

    def at_beta(self, beta: float | Tensor) -> Self:
        """The same weights, asked at another β, or at one for each image `(B,)`."""
        other = copy.copy(self)
        other.requested_beta = beta
        return other

    @property
    def beta(self) -> float:
        return float(self.requested_beta)

    @property
    def bounds(self) -> tuple[float, float]:
        return cast(MultiRateVAE.Config, self.config).betas

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        return DiagonalGaussian(*self.moments(gated(self.encoder, self.encoder_gates, x, self.told(x))))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return gated(self.decoder, self.decoder_gates, z, self.told(z))

    def told(self, like: Tensor) -> Tensor:
        """What the layers hear of the β asked for, `(B, TOLD)`."""
        beta = torch.as_tensor(self.requested_beta, dtype=torch.float32, device=like.device).expand(len(like))
        low, high = (math.log(bound) for bound in self.bounds)
        return self.teller((2 * (beta.log() - low) / (high - low) - 1)[:, None])

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        low, high = (math.log(bound) for bound in self.bounds)
        beyond = math.log(BEYOND)
        drawn = torch.empty(len(x), device=x.device).uniform_(low - beyond, high + beyond).exp()
        asked = self.at_beta(drawn)
        posterior = asked.encode(x)
        z = posterior.sample()
        distortion, rate = asked.distortion(x, z), posterior.rate_per_dim().sum(1)
        weight = (1 + drawn).rsqrt()
        return {
            "loss": (weight * (distortion + drawn * rate)).mean() / weight.mean(),
            "distortion": distortion.mean().detach(),
            "rate": rate.mean().detach(),
        }


class Gate(nn.Module):
    """What the told β makes of one layer: a scale and a shift of each channel.

    A fully connected layer's weights change too, W + U·diag(g(β))·V: before dimensions fall silent the code has to be
    turned, so that what is kept lies along few of them, and neither fading nor shifting turns anything.
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        width = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
        self.moments = nn.Linear(TOLD, 2 * cast(int, width))
        nn.init.normal_(self.moments.weight, std=0.1)
        nn.init.zeros_(self.moments.bias)
        if isinstance(layer, nn.Linear):
            self.into = nn.Linear(layer.in_features, RANK, bias=False)
            self.amounts = nn.Linear(TOLD, RANK)
            self.out = nn.Linear(RANK, layer.out_features, bias=False)
            nn.init.normal_(self.amounts.weight, std=0.3)
            nn.init.zeros_(self.amounts.bias)

    def forward(self, layer: nn.Module, x: Tensor, told: Tensor) -> Tensor:
        """The layer's output for `x (B, …)`, as `told (B, TOLD)` has it."""
        y = layer(x)
        scale, shift = self.moments(told).to(y.dtype).view(len(y), -1, *[1] * (y.dim() - 2)).chunk(2, dim=1)
        y = torch.addcmul(shift, y, 1 + scale)
        return y + self.out(self.into(x) * self.amounts(told)) if isinstance(layer, nn.Linear) else y


def gates_of(network: nn.Sequential) -> nn.ModuleList:
    """One for each layer with weights."""
    return nn.ModuleList(Gate(layer) for layer in network if isinstance(layer, WEIGHTED))


def gated(network: nn.Sequential, gates: nn.ModuleList, x: Tensor, told: Tensor) -> Tensor:
    """Run `x (B, …)` through the network as `told (B, TOLD)` has it."""
    left = iter(gates)
    for layer in network:
        x = next(left)(layer, x, told) if isinstance(layer, WEIGHTED) else layer(x)
    return x
