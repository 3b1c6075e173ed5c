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
from .errors import mae, mse


@dataclass(frozen=True)
class Metric:
    """title: as shown; higher_is_better: which way to read it."""

    title: str
    function: Callable[[Tensor, Tensor], Tensor]
    higher_is_better: bool


METRICS = {
    "mse": Metric("MSE per pixel", mse, False),
    "mae": Metric("MAE per pixel", mae, False),
    "ssim": Metric("SSIM", ssim, True),
}

__all__ = ["METRICS", "Metric", "importance_bound", "mae", "mse", "ssim"]
