"""Fully connected encoder and decoder with ReLU between layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from torch import nn

from .initialise import initialise
from .lean import LeanLinear
from .style import Style


def relu() -> nn.Module:
    return nn.ReLU(inplace=True)


def dense(widths: list[int], dropout: float = 0.0, activation: Callable[[], nn.Module] = relu) -> list[nn.Module]:
    """Linear layers through the given widths, an activation (and dropout, if any) after each but the last."""
    layers: list[nn.Module] = []
    between: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [*between, LeanLinear(inputs, outputs)]
        between = [activation(), *[nn.Dropout(dropout)] * (dropout > 0)]
    return layers


def mlp(widths: list[int], *, relu_first: bool = False, activation: Callable[[], nn.Module] = relu) -> nn.Sequential:
    """A small network through the given widths, initialised; `(B, widths[0])` → `(B, widths[-1])`."""
    return initialise(nn.Sequential(*[nn.ReLU()] * relu_first, *dense(widths, activation=activation)))


def mlp_encoder(shape: tuple[int, int, int], outputs: int, style: Style) -> nn.Sequential:
    """`(B, C, H, W)` → `(B, outputs)`."""
    return initialise(nn.Sequential(nn.Flatten(), *dense([math.prod(shape), *style.hidden, outputs], style.dropout)))


def mlp_decoder(inputs: int, shape: tuple[int, int, int], style: Style) -> nn.Sequential:
    """`(B, inputs)` → logits `(B, C, H, W)`; the mirror of the encoder."""
    layers = dense([inputs, *reversed(style.hidden), math.prod(shape)], style.dropout)
    return initialise(nn.Sequential(*layers, nn.Unflatten(1, shape)))
