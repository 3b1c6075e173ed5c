"""A VAE of rows of a table, with a likelihood per column (Nazábal et al. 2020, HI-VAE, with its Gaussian prior alone).

    Σ over observed columns of E_q[−log p(x_c|z)] + β · KL(q(z|x) ‖ N(0, I))

Missing values are zeros in the encoder's input, beside a mask of what is observed, and are left out of the sum: the model
learns from incomplete rows, and its decoder fills them in. Numbers have one learned variance per column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from ..config import ConfigError, setting
from ..networks import Style
from ..networks.mlp import mlp
from ..row_likelihoods import Columns
from .beta_vae import BetaVAE


class TabularVAE(BetaVAE):
    """Σ_observed E_q[−log p(x_c|z)] + β·KL(q(z|x) ‖ N(0, I)), Nazábal et al. 2020, eq. 3; β as Higgins et al. 2017, eq. 4."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the tabular VAE; `shape` and `cardinalities` come from the data."""

        shape: tuple[int, ...] = setting((4,), "Columns of a row (W,)")
        cardinalities: tuple[int, ...] = setting((1, 1, 2, 3), "Per column 1 for a number, else its categories", low=1)
        latent_dim: int = setting(8, "Latent dimensions", low=1, high=512)
        network: str = setting("mlp", "Encoder and decoder", choices=("mlp",))
        hidden: tuple[int, ...] = setting((128, 128), "Widths of the fully connected layers", low=1, high=8192)
        beta: float = setting(1.0, "Weight of the rate", low=0.0, high=1e6)

        unused: ClassVar[frozenset[str]] = frozenset(
            {
                "network", "channels", "norm", "dropout", "likelihood", "sigma", "ssim_weight", "multiscale_weight",
                "perceptual_weight", "perceptual",
            }
        )  # fmt: skip

        def check_shape(self) -> None:
            if len(self.shape) != 1 or self.shape[0] != len(self.cardinalities):
                raise ConfigError(
                    f"--shape {self.shape!r}: a row has one number per column, and there are {len(self.cardinalities)} columns."
                )

    data_kind = "table"
    title = "Tabular VAE"
    changes = "items"
    formula = r"\sum_{c\,\mathrm{observed}} \mathbb{E}_{q(z|x)}[-\log p(x_c|z)] + \beta\,\mathrm{KL}(q(z|x)\,\|\,p(z))"
    about = (
        "Learns the rows of a table: numbers have a Gaussian, categories a distribution over them, and missing values "
        "are left out of the sum."
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.observation_logvar = nn.Parameter(torch.zeros(len(self.columns.numbers)))
        if not len(self.columns.numbers):
            self.observation_logvar.requires_grad_(False)

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        self.columns = Columns(cast(TabularVAE.Config, self.config).cardinalities)
        total, width = self.columns.total, len(self.columns.cardinalities)
        self.encoder = mlp([total + width, *style.hidden, outputs])
        self.decoder = mlp([inputs, *reversed(style.hidden), total])

    def encoder_outputs(self, x: Tensor) -> Tensor:
        return self.encoder(self.columns.inputs(x))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Codes `(B, D)` → means of numbers and probabilities of categories `(B, P)` (see `Columns`)."""
        return self.columns.means(self.decode_logits(z, y).float())

    def nll_per_column(self, logits: Tensor, x: Tensor) -> Tensor:
        """−log p(x_c|z) in nats `(B, W)`, 0 where x is missing."""
        return self.columns.nll(logits.float(), x, self.observation_logvar.float())

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        return self.nll_per_column(logits, x).sum(1)

    def check_values(self, x: Tensor) -> None:
        if torch.isinf(x).any():
            raise ConfigError("A value of the table is infinite; numbers must be finite or missing.")
        for column, cardinality in enumerate(self.columns.cardinalities):
            known = x[:, column][~x[:, column].isnan()]
            if cardinality > 1 and len(known) and not (known.min() >= 0 and known.max() < cardinality):
                raise ConfigError(f"Column {column} has categories beyond its {cardinality}; they count from 0.")

    def rows(self, z: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Codes `(B, D)` → rows `(B, W)` drawn from p(x|z)."""
        return self.columns.drawn(self.decode(z), self.observation_logvar, generator)
