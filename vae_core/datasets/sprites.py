"""Sprites: white shapes on black over the five factors of dSprites, drawn on demand.

Design: dSprites (Matthey, Higgins, Hassabis, Lerchner 2017, https://github.com/deepmind/dsprites-dataset):
3 shapes × 6 scales in [0.5, 1] × 40 orientations in [0, 2π] × 32 × 32 positions = 737,280 binary 64×64 images,
numbered in the published order. The images are drawn here, not copies of the published pixels. As published,
both ends of the orientation are included, so the first and the last orientation look the same.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from .base import DataConfig, ImageData
from .procedural import Drawing, FactorSpace

SPACE = FactorSpace(
    names=("shape", "scale", "orientation", "position_x", "position_y"),
    sizes=(3, 6, 40, 32, 32),
)
SHAPES = ("square", "ellipse", "heart")
SCALES = torch.linspace(0.5, 1.0, 6, dtype=torch.float64)
ORIENTATIONS = torch.linspace(0.0, 2 * math.pi, 40, dtype=torch.float64)
SIDE = 64
DEFAULT_SIZE = 20_000

# A sprite is centred in one of the pixels 16..47 (one pixel a step) and extends at most 15 pixels from there:
# nothing is ever clipped and the frame's outermost pixels stay black.
_FIRST_CENTRE = 16
_REACH = 15
# Offset from the middle of that pixel. Exactly in the middle, several orientations of a small square would give
# the same pixels, which the published design rules out.
_OFF_RIGHT, _OFF_DOWN = 0.12, 0.3
_SQUARE_SIDE = 21.9  # at scale 1, a third of the frame; its half diagonal, 15.5, just fits
_ELLIPSE_AXES = (15.4, 8.6)
_HEART_UNIT = 11.9  # pixels per unit of the heart curve, whose farthest point is 1.293 from its centroid
_HEART_CENTROID = 0.2935  # height of the heart curve's centroid above its origin
_CHUNK = 2048


def _square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs(), y.abs()) < _SQUARE_SIDE / 2


def _ellipse(x: Tensor, y: Tensor) -> Tensor:
    return (x / _ELLIPSE_AXES[0]) ** 2 + (y / _ELLIPSE_AXES[1]) ** 2 < 1


def _heart(x: Tensor, y: Tensor) -> Tensor:
    """The sextic heart curve (x² + y² − 1)³ < x² y³, its centroid moved to the origin."""
    x, y = x / _HEART_UNIT, _HEART_CENTROID - y / _HEART_UNIT  # y upward
    return (x**2 + y**2 - 1) ** 3 < x**2 * y**3


@cache
def _stamps() -> Tensor:
    """Every shape at every scale and orientation: `(3, 6, 40, 31, 31)` uint8, 0 or 255, seen at pixel centres."""
    offset = torch.arange(-_REACH, _REACH + 1, dtype=torch.float64)
    down, right = torch.meshgrid(offset - _OFF_DOWN, offset - _OFF_RIGHT, indexing="ij")
    turn = ORIENTATIONS[:, None, None]  # (40, 1, 1)
    x = right * turn.cos() + down * turn.sin()  # (40, 31, 31) in the sprite's own axes
    y = down * turn.cos() - right * turn.sin()
    scale = SCALES[:, None, None, None]  # (6, 1, 1, 1)
    inside = [shape(x / scale, y / scale) for shape in (_square, _ellipse, _heart)]
    return torch.stack(inside).to(torch.uint8) * 255


def render(factors: Tensor) -> Tensor:
    """Factor values `(n, 5)` int64 → images `(n, 1, 64, 64)` uint8, 0 or 255; the same pixels on every call.

    Position x grows to the right and y downward; orientation grows clockwise.

    Raises:
        DataError: a value outside its factor's size.
    """
    SPACE.check(factors)
    images = torch.zeros(len(factors), 1, SIDE, SIDE, dtype=torch.uint8)
    for start in range(0, len(factors), _CHUNK):
        rows = slice(start, start + _CHUNK)
        _stamp(images[rows].view(-1), factors[rows])
    return images


def _stamp(pixels: Tensor, factors: Tensor) -> None:
    """Writes one stamp into each of the images laid end to end in `pixels` `(n · 64 · 64,)`."""
    shape, scale, orientation, x, y = factors.unbind(1)
    reach = torch.arange(2 * _REACH + 1)
    within = (reach[:, None] * SIDE + reach).flatten()  # (961,) from the stamp's top left pixel
    corner = (y + _FIRST_CENTRE - _REACH) * SIDE + x + _FIRST_CENTRE - _REACH
    corner += torch.arange(len(factors)) * SIDE * SIDE
    pixels[corner[:, None] + within] = _stamps()[shape, scale, orientation].flatten(1)


_DRAWING = Drawing(SPACE, render, label="shape", class_names=SHAPES)


def load(config: DataConfig, split: str) -> ImageData:
    """`config.size` distinct sprites by seed; see `Drawing.load`."""
    return _DRAWING.load(config, split, DEFAULT_SIZE)
