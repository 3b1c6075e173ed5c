"""Pixel errors between images in [0, 1], mean over channels and pixels."""

from __future__ import annotations

from torch import Tensor


def mse(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean squared error per pixel of each image. `(B, C, H, W)` twice → `(B,)`."""
    return (x - reconstruction).square().flatten(1).mean(1)


def mae(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean absolute error per pixel of each image. `(B, C, H, W)` twice → `(B,)`."""
    return (x - reconstruction).abs().flatten(1).mean(1)
