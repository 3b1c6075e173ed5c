"""Metrics: pure functions, one idea per file.

`METRICS` holds those that compare images with their reconstructions, `(B, C, H, W)` floats in [0, 1] → one
value per image `(B,)`. Bounds need a model and live in `bounds`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ..ssim import ssim
from .bounds import importance_bound
from .errors import bce, mae, mse, psnr


@dataclass(frozen=True)
class Metric:
    """title and digits: how it is shown; higher_is_better: how to read it."""

    title: str
    function: Callable[[Tensor, Tensor], Tensor]
    higher_is_better: bool
    digits: int = 4


METRICS = {
    "mse": Metric("MSE per pixel", mse, False),
    "mae": Metric("MAE per pixel", mae, False),
    "bce": Metric("BCE per pixel", bce, False),
    "psnr": Metric("PSNR in dB", psnr, True, digits=2),
    "ssim": Metric("SSIM", ssim, True),
}

__all__ = ["METRICS", "Metric", "bce", "importance_bound", "mae", "mse", "psnr", "ssim"]
