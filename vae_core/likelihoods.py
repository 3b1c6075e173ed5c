"""Observation models p(x|z): negative log-likelihoods in nats per image, summed over pixels.

A decoder outputs unbounded logits `(B, C, H, W)`; each likelihood turns them into a mean image in [0, 1] and
into −log p(x|z), one value per example `(B,)`. Images `x` are floats in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def bernoulli_nll(logits: Tensor, x: Tensor, logvar: Tensor | None = None) -> Tensor:
    """−Σ x log p + (1 − x) log(1 − p), p = sigmoid(logits). Kingma & Welling 2014, appendix C.1. `(B,)`.

    For grey values between 0 and 1 this is the usual cross-entropy, a bound that is not a normalised density.
    """
    return _BernoulliNLL.apply(logits, x)


class _BernoulliNLL(torch.autograd.Function):
    """softplus(l) − x·l with its gradient sigmoid(l) − x written out, which halves the passes over the pixels."""

    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def forward(logits: Tensor, x: Tensor) -> Tensor:
        if logits.device.type == "cpu":
            return log1p_exp_sum(logits) + torch.addcmul(logits.clamp_min(0), x, logits, value=-1).flatten(1).sum(1)
        return torch.addcmul(F.softplus(logits), x, logits, value=-1).flatten(1).sum(1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        logits, x = ctx.saved_tensors
        per_image = gradient.view(-1, *[1] * (logits.dim() - 1))  # (B, 1, 1, 1)
        logits_gradient = (torch.sigmoid(logits) - x) * per_image if ctx.needs_input_grad[0] else None
        x_gradient = -logits * per_image if ctx.needs_input_grad[1] else None
        return logits_gradient, x_gradient


def log1p_exp_sum(logits: Tensor) -> Tensor:
    """Σ log(1 + exp(−|l|)), which is softplus(l) − max(l, 0), over all pixels: `(B, …)` → `(B,)`.

    As the logarithm of products of up to 64 factors between 1 and 2: on a CPU a logarithm takes as long as dozens of products.
    """
    factors = logits.abs().neg_().exp_().add_(1).flatten(1)
    for _ in range(6):
        half, odd = divmod(factors.shape[1], 2)
        if odd:
            break
        factors = factors[:, :half].mul_(factors[:, half:])
    return factors.log_().sum(1)


def gaussian_nll(logits: Tensor, x: Tensor, logvar: Tensor | None = None) -> Tensor:
    """½ Σ (x − m)²/σ² + log σ² + log 2π with m = sigmoid(logits). Kingma & Welling 2014, appendix C.2. `(B,)`.

    `logvar` is log σ², one number for all pixels. It is a density, so values below zero are possible.
    """
    assert logvar is not None, "the Gaussian likelihood is always built with a log-variance"
    squares = (x - torch.sigmoid(logits)).square() * torch.exp(-logvar)
    return 0.5 * (squares + logvar + math.log(2 * math.pi)).flatten(1).sum(1)


def continuous_bernoulli_log_normaliser(logits: Tensor) -> Tensor:
    """log C(λ) = log(l / tanh(l/2)) with l = logit λ. Loaiza-Ganem & Cunningham 2019, eq. 7. Same shape.

    Near l = 0 the quotient is 0/0, so the series log 2 + l²/12 − 7l⁴/1440 is used.
    """
    near = logits.abs() < 0.1
    safe = torch.where(near, torch.ones_like(logits), logits)
    far_value = torch.log(safe / torch.tanh(safe / 2))
    square = logits.square()
    return torch.where(near, math.log(2) + square / 12 - 7 * square.square() / 1440, far_value)


def continuous_bernoulli_nll(logits: Tensor, x: Tensor, logvar: Tensor | None = None) -> Tensor:
    """−log of the continuous Bernoulli, a true density on [0, 1]. Loaiza-Ganem & Cunningham 2019, eq. 6. `(B,)`."""
    return bernoulli_nll(logits, x) - continuous_bernoulli_log_normaliser(logits).flatten(1).sum(1)


def continuous_bernoulli_mean(logits: Tensor) -> Tensor:
    """E[x] = λ / (2λ − 1) + 1 / (2 artanh(1 − 2λ)). Loaiza-Ganem & Cunningham 2019, eq. 8. Same shape as logits."""
    near = logits.abs() < 0.1
    safe = torch.where(near, torch.ones_like(logits), logits)
    far_value = torch.sigmoid(safe) / torch.tanh(safe / 2) - 1 / safe
    return torch.where(near, 0.5 + logits / 12 - logits**3 / 720, far_value)


@dataclass(frozen=True)
class Likelihood:
    """How logits become an image and a negative log-likelihood; `variance` is none, fixed or learned."""

    title: str
    nll: Callable[[Tensor, Tensor, Tensor | None], Tensor]
    mean: Callable[[Tensor], Tensor] = torch.sigmoid
    variance: str = "none"


LIKELIHOODS = {
    "bernoulli": Likelihood("Bernoulli on logits", bernoulli_nll),
    "gaussian": Likelihood("Gaussian, fixed σ", gaussian_nll, variance="fixed"),
    "gaussian_learned": Likelihood("Gaussian, one learned σ", gaussian_nll, variance="learned"),
    "continuous_bernoulli": Likelihood("Continuous Bernoulli", continuous_bernoulli_nll, continuous_bernoulli_mean),
}
