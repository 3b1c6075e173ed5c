"""A VAE of users' histories with a multinomial likelihood (Liang et al. 2018, Mult-VAE).

    E_q[−Σ_i x_i log π_i(z)] + β · KL(q(z|x) ‖ N(0, I)),   π(z) = softmax f(z)        (eq. 1 and 2, §2.2.2)

x_i is 1 where the user had item i. The multinomial coefficient, log N! of N = Σ_i x_i events, does not depend on the model
and is left out, as in eq. 2: nats are larger by it than those of −log Mult(x | N, π). β rises from 0 to its full value and stays
below 1 (§2.2.2); the encoder sees x / ‖x‖₂ with half of it dropped in training (§4.3), and layers have tanh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import ConfigError, setting
from ..networks import Style
from ..networks.mlp import mlp
from ..schedules import SCHEDULES
from .beta_vae import BetaVAE
from .vae import TARGETS


class MultVAE(BetaVAE):
    """E_q[−Σ_i x_i log π_i(z)] + β·KL(q(z|x) ‖ N(0, I)), Liang et al. 2018, §2.2.2."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the Mult-VAE; `shape` comes from the data. Published: hidden (600,), 200 latent dimensions."""

        shape: tuple[int, ...] = setting((4,), "Items of a history (I,)")
        latent_dim: int = setting(16, "Latent dimensions", low=1, high=512)
        network: str = setting("mlp", "Encoder and decoder", choices=("mlp",))
        hidden: tuple[int, ...] = setting((200,), "Widths of the fully connected layers", low=1, high=8192)
        dropout: float = setting(0.5, "Share of a history that the encoder does not see in training", low=0.0, high=0.9)
        beta: float = setting(0.2, "Weight of the rate", low=0.0, high=1e6)
        schedule: str = setting("linear", "Schedule of the rate's weight", choices=(*SCHEDULES, *TARGETS))

        unused: ClassVar[frozenset[str]] = frozenset(
            {
                "network", "channels", "norm", "likelihood", "sigma", "ssim_weight", "multiscale_weight",
                "perceptual_weight", "perceptual",
            }
        )  # fmt: skip

        def check_shape(self) -> None:
            if len(self.shape) != 1 or self.shape[0] < 2:
                raise ConfigError(f"--shape {self.shape!r}: a history has a number for each of at least 2 items.")

    data_kind = "history"
    title = "Mult-VAE"
    changes = "items"
    formula = r"\mathbb{E}_{q(z|x)}\Big[-\sum_i x_i \log \pi_i(z)\Big] + \beta\,\mathrm{KL}(q(z|x)\,\|\,p(z))"
    about = (
        "Learns which items go together from users' histories, and recommends what a user has not had yet: the decoder spreads "
        "one unit of probability over all items."
    )

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        (items,) = self.config.shape
        self.encoder = mlp([items, *style.hidden, outputs], activation=nn.Tanh)
        self.decoder = mlp([inputs, *reversed(style.hidden), items], activation=nn.Tanh)

    def encoder_outputs(self, x: Tensor) -> Tensor:
        return self.encoder(F.dropout(F.normalize(x, dim=1), self.config.dropout, self.training))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Codes `(B, D)` → π(z), the probability of each item `(B, I)`."""
        return torch.softmax(self.decode_logits(z, y).float(), 1)

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        """−Σ_i x_i log π_i in nats `(B,)`: without the multinomial coefficient."""
        return -(x * torch.log_softmax(logits.float(), 1)).sum(1)

    def check_values(self, x: Tensor) -> None:
        if not ((x == 0) | (x == 1)).all():
            raise ConfigError("A history holds values other than 0 and 1; it says which items there were events of.")
