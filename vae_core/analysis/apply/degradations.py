"""What is left of an image: a part of its pixels, noisy pixels, or fewer and larger ones; and how likely that is under a code.

A degradation is an operator A and a likelihood of what is seen, y = A x:

    hide    A keeps the visible pixels      −log p(y|z) = Σ over them of the model's own −log p(x_i|z)
    noise   A adds N(0, τ²)                 −log p(y|z) = Σ (y_i − m_i)² / 2(τ² + σ²), m the decoded image, σ of a Gaussian likelihood
    small   A is the mean of s × s pixels   −log p(y|z) = s² Σ of the model's −log p(y_j | mean of m in the square)

The last is exact for a Gaussian likelihood; for a Bernoulli one it takes the s² pixels of a square to be equally probable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ...config import ConfigError
from ...likelihoods import bernoulli_nll
from ...models import Model

#: What can happen to an image, and the unit of its amount.
TASKS = {"hide": "Hidden part", "noise": "Noise", "small": "Few pixels"}
#: Range of the noise's standard deviation; images are in [0, 1].
LEAST_NOISE, MOST_NOISE = 0.02, 1.0
#: A decoded probability is at least this far from 0 and 1 before its logit is taken.
EDGE = 1e-6


@dataclass(frozen=True)
class Degradation:
    """task: one of `TASKS`. mask `(1, 1, H, W)`: 1 where a pixel is hidden. sigma: τ of the noise. factor: s, the side in
    pixels of the squares that a small image is the mean of.
    """

    task: str
    mask: Tensor | None = None
    sigma: float = 0.0
    factor: int = 1

    def see(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """What is left of images `(n, C, H, W)` in [0, 1]; hidden pixels are 0, small images are `(n, C, H/s, W/s)`."""
        if self.mask is not None:
            return x * (1 - self.mask)
        if self.task == "small":
            return functional.avg_pool2d(x, self.factor)
        return x + self.sigma * torch.randn(x.shape, generator=generator)

    def nll(self, model: Model, logits: Tensor, seen: Tensor) -> Tensor:
        """−log p(seen|z) in nats, `(B,)`, from the decoder's logits `(B, C, H, W)`."""
        likelihood, logvar = model.likelihood, model.observation_logvar.float()
        if self.mask is not None:
            each = likelihood.nll(logits.reshape(-1, 1), seen.reshape(-1, 1), logvar).view_as(logits)
            return (each * (1 - self.mask)).flatten(1).sum(1)
        means = likelihood.mean(logits)
        if self.task == "small":
            pooled = torch.logit(functional.avg_pool2d(means, self.factor), EDGE)
            pooled_nll = likelihood.nll if likelihood.mean is torch.sigmoid else bernoulli_nll
            return self.factor**2 * pooled_nll(pooled, seen, logvar)
        variance = self.sigma**2 + (float(logvar.exp()) if likelihood.variance != "none" else 0.0)
        return 0.5 * (seen - means).square().flatten(1).sum(1) / variance

    def whole(self, x: Tensor, answer: Tensor) -> Tensor:
        """The repaired image: visible pixels are those of the image x itself, all others come from the answer."""
        return answer if self.mask is None else torch.where(self.mask > 0, answer, x)

    def compared(self, images: Tensor) -> Tensor:
        """The pixels by which a repair is compared with the original, `(n, P)`: the hidden ones, else all."""
        return images.flatten(1) if self.mask is None else images.flatten(2)[:, :, self.mask.flatten() > 0].flatten(1)


def hide(mask: Tensor) -> Degradation:
    """Hide the pixels where `mask (H, W)` is true.

    Raises:
        ConfigError: nothing is hidden, or nothing is left.
    """
    share = float(mask.float().mean())
    if not 0 < share < 1:
        raise ConfigError(f"{share:.0%} of the image is hidden: hide a part of it, and leave a part.")
    return Degradation("hide", mask=mask.float()[None, None])


def noise(sigma: float) -> Degradation:
    """Add Gaussian noise.

    Raises:
        ConfigError: σ out of range.
    """
    if not LEAST_NOISE <= sigma <= MOST_NOISE:
        raise ConfigError(f"Noise of σ = {sigma:g}: must be from {LEAST_NOISE:g} to {MOST_NOISE:g}.")
    return Degradation("noise", sigma=sigma)


def small(factor: int, side: int) -> Degradation:
    """Shrink images of `side` pixels to the means of squares.

    Raises:
        ConfigError: the squares do not fill the image.
    """
    if factor not in factors_of(side):
        options = ", ".join(map(str, factors_of(side)))
        raise ConfigError(f"Squares of {factor} pixels: images of {side} pixels can be divided by {options}.")
    return Degradation("small", factor=factor)


def factors_of(side: int) -> list[int]:
    """The sides of squares that fill an image of `side` pixels, with at least 2 of them along a side."""
    return [factor for factor in range(2, side // 2 + 1) if side % factor == 0]


#: Masks by name: of the image's rows and columns in [0, 1), whether a pixel is hidden.
MASKS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "left": lambda y, x: x < 0.5,
    "right": lambda y, x: x >= 0.5,
    "top": lambda y, x: y < 0.5,
    "bottom": lambda y, x: y >= 0.5,
    "middle": lambda y, x: (x - 0.5).abs().maximum((y - 0.5).abs()) < 0.25,
}


def mask_named(name: str, side: int) -> Tensor:
    """A mask of `MASKS`, `(side, side)` bool.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in MASKS:
        raise ConfigError(f"A mask {name!r}: choose one of {', '.join(MASKS)}.")
    places = (torch.arange(side) + 0.5) / side
    return MASKS[name](places[:, None], places[None, :]).expand(side, side)
