"""Image tensors → sheets that `st.image` shows crisply: integer upscaling, thin gaps, no smoothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vae_core.training.batches import as_bytes

GAP = 2
#: Between images; a mid grey that separates in light and in dark.
GAP_COLOUR = 128


def to_pixels(image: Tensor) -> NDArray[np.uint8]:
    """One image `(C, H, W)`, floats in [0, 1] or uint8 → `(H, W, 3)` uint8."""
    pixels = as_bytes(image).permute(1, 2, 0).numpy()
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def enlarge(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Repeat whole pixels until the image is at least about `side` wide."""
    factor = max(1, round(side / pixels.shape[1]))
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def sheet(images: Tensor, columns: int, side: int = 64) -> NDArray[np.uint8]:
    """Images `(n, C, H, W)` laid out row by row, each about `side` pixels wide → `(rows, columns, 3)` uint8."""
    tiles = [enlarge(to_pixels(image), side) for image in images]
    height, width, _ = tiles[0].shape
    rows = -(-len(tiles) // columns)
    canvas = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), GAP_COLOUR, np.uint8)
    for index, tile in enumerate(tiles):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        canvas[top : top + height, left : left + width] = tile
    return canvas
