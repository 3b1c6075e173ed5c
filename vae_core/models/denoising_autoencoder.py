"""The denoising autoencoder (Vincent et al. 2010, §3): reconstructs the clean image from a corrupted one.

−log p(x | f(x̃)),   x̃ ~ noise(x)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from .autoencoder import Autoencoder


def gaussian(x: Tensor, level: float) -> Tensor:
    """Adds N(0, level²) to each value; the result may leave [0, 1]."""
    return x + level * torch.randn_like(x)


def masking(x: Tensor, level: float) -> Tensor:
    """Sets a share `level` of the pixels to 0, in all channels."""
    return x * (_uniform(x) >= level)


def salt_and_pepper(x: Tensor, level: float) -> Tensor:
    """Sets a share `level` of the pixels to 0 or 1, evenly, in all channels."""
    u = _uniform(x)
    return torch.where(u < level, (u < level / 2).to(x.dtype), x)


def dropout(x: Tensor, level: float) -> Tensor:
    """Drops a share `level` of all values and scales up the others, so that the mean stays the same. Srivastava et al. 2014."""
    return torch.nn.functional.dropout(x, level)


NOISES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "gaussian": gaussian,
    "masking": masking,
    "salt_and_pepper": salt_and_pepper,
    "dropout": dropout,
}


def _uniform(x: Tensor) -> Tensor:
    """One number in [0, 1) for each pixel, `(B, 1, H, W)`."""
    return torch.rand_like(x[:, :1])


class DenoisingAutoencoder(Autoencoder):
    """−log p(x | f(x̃)) with x̃ ~ noise(x), Vincent et al. 2010, §3."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        """Settings of the denoising autoencoder."""

        noise: str = setting("gaussian", "How images are corrupted", choices=NOISES)
        noise_level: float = setting(
            0.5, "Standard deviation of the noise, or share of corrupted pixels", low=0.0, high=0.99
        )

    title = "Denoising autoencoder"
    changes = "noise"
    formula = r"-\log p(x \mid f(\tilde x)),\quad \tilde x \sim \text{noise}(x)"
    about = "Reconstructs clean images from corrupted ones, and so learns what images have in common."

    def corrupt(self, x: Tensor) -> Tensor:
        """A corrupted copy of images `(B, C, H, W)`."""
        config = cast(DenoisingAutoencoder.Config, self.config)
        return NOISES[config.noise](x, config.noise_level)

    def encoder_input(self, x: Tensor) -> Tensor:
        return self.corrupt(x)
