"""Sparse autoencoders: each image uses few of many dimensions.

    −log p(x|f(x)) + λ · Σ_d |z_d|                              (L1)
    −log p(x|f(x)) + λ · Σ_d KL(Bernoulli(ρ) ‖ Bernoulli(ρ̂_d))   (target activation; Ng 2011, CS294A notes, §3)

For the second, codes pass a sigmoid and ρ̂_d is dimension d's mean over the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from .autoencoder import Autoencoder, Point


class SparseAutoencoder(Autoencoder):
    """−log p(x|f(x)) + λ·(Σ|z_d| or Σ KL(ρ ‖ ρ̂_d)); Ng 2011, CS294A notes, §3."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        """Settings of the sparse autoencoder."""

        sparsity: float = setting(1.0, "λ, weight of the activity, in nats", low=0.0, high=1e6)
        activity: str = setting(
            "l1", "Penalty: Σ|z| (l1), or the KL of mean and target activation (kl)", choices=("l1", "kl")
        )
        target_activation: float = setting(
            0.05, "ρ, the target of the mean activation (kl)", low=1e-4, high=0.9999, advanced=True
        )

    title = "Sparse autoencoder"
    changes = "noise"
    formula = (
        r"-\log p(x \mid z) + \lambda\sum_d |z_d| \quad\text{or}\quad + \lambda\sum_d \mathrm{KL}(\rho\,\|\,\hat\rho_d)"
    )
    about = "Penalises activity, so that each image activates few dimensions: parts rather than mixtures."

    def encode(self, x: Tensor, y: Tensor | None = None) -> Point:
        raw = super().encode(x, y).mu
        return Point(torch.sigmoid(raw) if cast(SparseAutoencoder.Config, self.config).activity == "kl" else raw)

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        config = cast(SparseAutoencoder.Config, self.config)
        if config.activity == "l1":
            return config.sparsity * z.abs().sum(1)
        rho, mean = config.target_activation, z.mean(0).clamp(1e-6, 1 - 1e-6)
        divergence = rho * (rho / mean).log() + (1 - rho) * ((1 - rho) / (1 - mean)).log()
        return config.sparsity * divergence.sum()
