"""How all images are resized: centre crop to a square, antialiased bicubic, back to uint8."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_CHUNK = 1024  # images in float at a time: 1024 × 3 × 128² × 4 bytes = 200 MB at worst


def crop_square(images: Tensor) -> Tensor:
    """The centre square of `(..., H, W)`: `(..., S, S)` with S = min(H, W); a view."""
    height, width = images.shape[-2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return images[..., top : top + side, left : left + side]


def pad_square(images: Tensor) -> Tensor:
    """`(..., H, W)` in the middle of a black square: `(..., S, S)` with S = max(H, W)."""
    height, width = images.shape[-2:]
    side = max(height, width)
    square = images.new_zeros(*images.shape[:-2], side, side)
    top, left = (side - height) // 2, (side - width) // 2
    square[..., top : top + height, left : left + width] = images
    return square


def resize(images: Tensor, side: int | None) -> Tensor:
    """`(N, C, H, W)` uint8 → `(N, C, side, side)` uint8, values clamped to 0..255; None returns it unchanged.

    Binary images get grey edges, as any antialiased picture of a sharp edge does.
    """
    if side is None or images.shape[-2:] == (side, side):
        return images
    resized = images.new_empty(*images.shape[:2], side, side)
    for start in range(0, len(images), _CHUNK):
        rows = slice(start, start + _CHUNK)
        scaled = F.interpolate(images[rows].float(), size=(side, side), mode="bicubic", antialias=True)
        resized[rows] = scaled.round_().clamp_(0, 255).to(torch.uint8)
    return resized
