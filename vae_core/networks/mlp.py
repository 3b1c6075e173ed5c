"""Fully connected encoder and decoder with ReLU between layers."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import nn

from .initialise import initialise


def dense(widths: list[int]) -> list[nn.Module]:
    """Linear layers through the given widths, a ReLU after each but the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]
    return layers[:-1]


def mlp(widths: list[int], *, relu_first: bool = False) -> nn.Sequential:
    """A small network through the given widths, initialised; `(B, widths[0])` → `(B, widths[-1])`."""
    return initialise(nn.Sequential(*[nn.ReLU()] * relu_first, *dense(widths)))


def mlp_encoder(shape: tuple[int, int, int], outputs: int, hidden: tuple[int, ...], channels: int) -> nn.Sequential:
    """`(B, C, H, W)` → `(B, outputs)`; `channels` is unused."""
    return initialise(nn.Sequential(nn.Flatten(), *dense([math.prod(shape), *hidden, outputs])))


def mlp_decoder(inputs: int, shape: tuple[int, int, int], hidden: tuple[int, ...], channels: int) -> nn.Sequential:
    """`(B, inputs)` → logits `(B, C, H, W)`; the mirror of the encoder."""
    return initialise(nn.Sequential(*dense([inputs, *reversed(hidden), math.prod(shape)]), nn.Unflatten(1, shape)))
