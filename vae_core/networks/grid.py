"""Encoders and decoders between an image and a square grid of vectors, whose cells have local receptive fields."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from .conv import sides
from .initialise import initialise
from .lean import LeanConv, UpConv
from .mlp import dense
from .resnet import Block
from .style import Style


def grid_side(image_side: int, limit: int) -> int:
    """The largest side, at most `limit`, that halving the image reaches; the smallest of all sides if none is."""
    candidates = sides(image_side)[1:] or [image_side]
    return next((side for side in candidates if side <= limit), candidates[-1])


def grid_encoder(name: str, shape: tuple[int, int, int], side: int, depth: int, style: Style) -> nn.Sequential:
    """`(B, C, H, W)` → `(B, depth · side²)`, all cells of the first depth, then all of the next, and so on."""
    if name == "mlp":
        return initialise(
            nn.Sequential(
                nn.Flatten(), *dense([shape[0] * shape[1] ** 2, *style.hidden, depth * side**2], style.dropout)
            )
        )
    layers: list[nn.Module] = []
    inputs = shape[0]
    for _ in sides_down_to(shape[1], side)[1:]:
        layers += [LeanConv(inputs, style.channels), nn.ReLU(inplace=True)]
        inputs = style.channels
    if name == "resnet":
        layers += [Block(inputs, style), Block(inputs, style), nn.ReLU()]
    return initialise(nn.Sequential(*layers, nn.Conv2d(inputs, depth, kernel_size=1), nn.Flatten()))


def grid_decoder(name: str, shape: tuple[int, int, int], side: int, depth: int, style: Style) -> nn.Sequential:
    """`(B, depth · side²)` → logits `(B, C, H, W)`."""
    if name == "mlp":
        widths = [depth * side**2, *reversed(style.hidden), shape[0] * shape[1] ** 2]
        return initialise(nn.Sequential(*dense(widths, style.dropout), nn.Unflatten(1, shape)))
    layers: list[nn.Module] = [nn.Unflatten(1, (depth, side, side)), nn.Conv2d(depth, style.channels, 3, padding=1)]
    layers += [Block(style.channels, style), Block(style.channels, style)] if name == "resnet" else []
    for small, large in pairwise(sides_down_to(shape[1], side)[::-1]):
        layers += [
            nn.ReLU(),
            UpConv(style.channels, style.channels, output_padding=large - 2 * small),
        ]
    return initialise(nn.Sequential(*layers, nn.ReLU(), nn.Conv2d(style.channels, shape[0], 3, padding=1)))


def sides_down_to(image_side: int, side: int) -> list[int]:
    """The sides from the image's to the grid's."""
    lengths = sides(image_side)
    return lengths[: lengths.index(side) + 1]
