"""A fully connected critic of codes: what tells one distribution of z from another."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from .initialise import initialise


def critic(inputs: int, outputs: int, width: int, depth: int) -> nn.Sequential:
    """`(B, inputs)` → `(B, outputs)` through `depth` hidden layers with leaky ReLUs of slope 0.2 (Kim & Mnih 2018)."""
    layers: list[nn.Module] = []
    for before, after in pairwise([inputs, *[width] * depth]):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2, inplace=True)]
    return initialise(nn.Sequential(*layers, nn.Linear(width, outputs)))
