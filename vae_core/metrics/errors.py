"""Errors between images in [0, 1], mean over channels and pixels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

#: Smallest squared error in the PSNR: nearly equal images have 110 dB, not infinity.
LEAST = 1e-11


def mse(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean squared error per pixel of each image. `(B, C, H, W)` twice → `(B,)`."""
    return (x - reconstruction).square().flatten(1).mean(1)


def mae(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean absolute error per pixel of each image. `(B, C, H, W)` twice → `(B,)`."""
    return (x - reconstruction).abs().flatten(1).mean(1)


def bce(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Binary cross-entropy per pixel in nats; for a grey pixel it includes the pixel's own entropy. `(B, C, H, W)` twice → `(B,)`.

    torch clamps logarithms at −100.
    """
    return functional.binary_cross_entropy(reconstruction.clamp(0, 1), x, reduction="none").flatten(1).mean(1)


def psnr(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each image in dB: −10·log₁₀ of its squared error. `(B, C, H, W)` twice → `(B,)`."""
    return -10 * torch.log10(mse(x, reconstruction).clamp(min=LEAST))
