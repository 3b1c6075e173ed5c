"""The S²-β-TCVAE (Locatello et al. 2020, "… Using Few Labels", §4): a β-TCVAE that sees the factors of a few images.

    β-TCVAE + γ · E_labelled[Σ_k BCE(t_k, sigmoid(mu_k))],   BCE(t, p) = −t·log p − (1 − t)·log(1 − p)

Dimension k is to tell factor k, whose values t_k are spread over [0.1, 0.9] in their order; the dimensions that are left are free. Where
data have classes and no factors, the class is the only one. The paper spreads them over [0, 1]: an end value would have its code at
infinity, far from the prior and from its neighbours. With these ends codes lie within ±2.2, about as far apart as their values, and
Shapes3D costs 12 nats less for the same images (docs/decisions/0013).
Without supervision nothing says which rotation of the code is right (Locatello et al. 2019, theorem 1); labels of a few images
do. A batch holds labelled images more often than the data (training/batches.py), so labelled and other images are averaged
apart and weighted by their shares of the data; only q(z) is estimated from all of a batch alike. The paper sums over a batch what is a
mean over its labelled images here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from ..config import ConfigError, setting
from .beta_tcvae import BetaTCVAE
from .few_labels import share_of, weights_of

#: The probability of the lowest value of a factor; of the highest, 1 − END.
END = 0.1


class S2BetaTCVAE(BetaTCVAE):
    """The β-TCVAE + γ·E_labelled[Σ_k BCE(t_k, sigmoid(mu_k))], Locatello et al. 2020, §4."""

    @dataclass(frozen=True)
    class Config(BetaTCVAE.Config):
        """Settings of the S²-β-TCVAE."""

        beta: float = setting(2.0, "Weight of the total correlation", low=0.0, high=1e6)
        labels: int = setting(
            100, "Training images whose label, or factors, are used (M2: as many of each class)", low=1
        )
        label_seed: int = setting(0, "Seed of the choice of these images", low=0, high=2**32 - 1, advanced=True)
        label_weight: float = setting(
            1000.0, "Weight of the cross-entropy of the factors of labelled images", low=0.0, high=1e6
        )

        def __post_init__(self) -> None:
            super().__post_init__()
            if 0 < self.train_size < self.labels:
                raise ConfigError(f"--labels {self.labels}: must be at most the {self.train_size:,} training images.")

    title = "β-TCVAE with few labels"
    changes = "aggregate"
    formula = (
        BetaTCVAE.formula
        + r" + \gamma_s\,\mathbb{E}_{\text{labelled}}\Bigl[\sum_k \mathrm{BCE}\bigl(t_k, \sigma(\mu_k)\bigr)\Bigr]"
    )
    about = "A few images with known factors say which slider is to move what; all images teach how."
    learns_factors = True

    def visible_factors(self, factors: Tensor) -> Tensor:
        config, count = cast(S2BetaTCVAE.Config, self.config), factors.shape[1]
        if count > config.latent_dim:
            raise ConfigError(
                f"--latent-dim {config.latent_dim}: the data have {count} factors; take at least as many dimensions."
            )
        order = torch.randperm(len(factors), generator=torch.Generator().manual_seed(config.label_seed))
        rows = order[: config.labels]
        targets = END + (1 - 2 * END) * factors.float() / factors.amax(0).clamp(min=1)
        return torch.full_like(targets, torch.nan).index_copy(0, rows, targets[rows])

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        """y: targets `(B, F)` in [0, 1], not a number where hidden; without factors the terms are the β-TCVAE's."""
        if y is None or not y.is_floating_point():
            return super().loss(x, y, step)
        config = cast(S2BetaTCVAE.Config, self.config)
        known = ~y.isnan().any(1)
        weights = weights_of(known, share_of(config.labels, config.train_size))
        posterior = self.encode(x)
        z = posterior.sample()
        distortion = (weights * self.distortion(x, z)).sum()
        penalty = (weights * self.penalty(posterior, z, step)).sum()
        rate = (weights * posterior.rate_per_dim(z).sum(1)).sum().detach()
        cross_entropy = functional.binary_cross_entropy_with_logits(
            posterior.mu[:, : y.shape[1]], y.nan_to_num(), reduction="none"
        ).sum(1)
        factors = (known * cross_entropy).sum() / known.sum().clamp(min=1)
        return {
            "loss": distortion + penalty + config.label_weight * factors,
            "distortion": distortion,
            "penalty": penalty,
            "rate": rate,
            "factors": factors,
        }
