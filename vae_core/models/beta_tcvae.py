"""The β-TCVAE (Chen et al. 2018, eq. 4): β weights the total correlation only.

    E_q[−log p(x|z)] + α·I(x; z) + β·TC(z) + γ·Σ_d KL(q(z_d) ‖ p(z_d)),   TC(z) = KL(q(z) ‖ Π_d q(z_d))

With α = β = γ = 1 the three terms are the rate. q(z) is a mixture over all training images; a batch estimates it by
minibatch-weighted or stratified sampling (appendix C).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor

from ..config import setting
from ..divergences import gaussian_log_density, standard_normal_log_density
from .beta_vae import BetaVAE
from .vae import DiagonalGaussian


class Decomposition(NamedTuple):
    """Estimates in nats, `(B,)` each; their sum is log q(z|x) − log p(z) for any estimate of q(z)."""

    information: Tensor
    total_correlation: Tensor
    dimension_wise: Tensor


class BetaTCVAE(BetaVAE):
    """E_q[−log p(x|z)] + α·I(x; z) + β·TC(z) + γ·Σ KL(q(z_d) ‖ N(0, 1)), Chen et al. 2018, eq. 4."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the β-TCVAE."""

        beta: float = setting(6.0, "Weight of the total correlation", low=0.0, high=1e6)
        alpha: float = setting(
            1.0, "Weight of the mutual information of image and code", low=0.0, high=1e6, advanced=True
        )
        gamma: float = setting(1.0, "Weight of the dimension-wise KL", low=0.0, high=1e6, advanced=True)
        sampling: str = setting(
            "stratified",
            "How a batch estimates the aggregate posterior q(z)",
            choices=("stratified", "weighted"),
            advanced=True,
        )

    title = "β-TCVAE"
    changes = "aggregate"
    formula = (
        r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \alpha\,I(x;z) + \beta\,\mathrm{KL}\bigl(q(z)\,\|\,\textstyle\prod_d q(z_d)\bigr)"
        r" + \gamma\sum_d \mathrm{KL}(q(z_d)\,\|\,p(z_d))"
    )
    about = "Penalises only the dependence between dimensions: separates factors with sharper images than a β-VAE."

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        config = cast(BetaTCVAE.Config, self.config)
        size = max(config.train_size, len(z))
        parts = decompose(z, posterior.mu, posterior.logvar, size, stratified=config.sampling == "stratified")
        return (
            config.alpha * parts.information
            + self.weight(step) * parts.total_correlation
            + config.gamma * parts.dimension_wise
        )


def decompose(z: Tensor, mu: Tensor, logvar: Tensor, size: int, *, stratified: bool) -> Decomposition:
    """I(x; z), TC(z) and Σ KL(q(z_d) ‖ p(z_d)) of samples z from N(mu, exp logvar), all `(B, D)`, of `size` images."""
    per_dim = gaussian_log_density(z[:, None, :, None], mu[None, :, :, None], logvar[None, :, :, None])  # (B, B, D)
    weights = log_weights(len(z), size, stratified=stratified, like=z)[..., None]  # (B, B, 1)
    log_q = torch.logsumexp(per_dim.sum(2) + weights[..., 0], dim=1)
    log_product = torch.logsumexp(per_dim + weights, dim=1).sum(1)
    log_posterior = gaussian_log_density(z, mu, logvar)
    return Decomposition(log_posterior - log_q, log_q - log_product, log_product - standard_normal_log_density(z))


def log_weights(batch: int, size: int, *, stratified: bool, like: Tensor) -> Tensor:
    """log of image j's weight in the estimate of q(z_i), `(B, B)`.

    Weighted (Chen et al. 2018, eq. S4): 1/(B·N) for all, which is biased. Stratified (eq. S7): the image itself is one of
    N, the others represent the rest, and each row sums to 1.
    """
    if not stratified or batch < 2:
        return torch.full((batch, batch), -math.log(batch * size), dtype=like.dtype, device=like.device)
    others = batch - 1
    weights = torch.full((batch, batch), 1 / others, dtype=like.dtype, device=like.device)
    rows = torch.arange(batch, device=like.device)
    weights[rows, (rows + 1) % batch] = (size - others) / (size * others)
    weights[rows, rows] = 1 / size
    return weights.log()
