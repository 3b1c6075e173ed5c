"""Residual encoder and decoder (He et al. 2016) for any square image from 8 to 256 pixels and any channel count.

At each resolution one pre-activation block; between resolutions a strided convolution to go down, and nearest-neighbour
upsampling with a convolution to go up, which avoids checkerboard artefacts (Odena et al. 2016). Channels double at the
first two halvings. Group (Wu & He 2018) or layer normalisation, never batch normalisation: an image's output must not
depend on the others of its batch.
"""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from .conv import sides
from .initialise import initialise
from .mlp import dense
from .style import Style

#: Channels of a normalisation group: 8, all (0), or no normalisation (−1).
NORMS = {"group": 8, "layer": 0, "none": -1}


class Block(nn.Module):
    """x + f(x), f: norm, ReLU, 3×3 convolution, norm, ReLU, dropout, 3×3 convolution; starts as the identity."""

    def __init__(self, channels: int, style: Style) -> None:
        super().__init__()
        self.body = nn.Sequential(
            normalise(channels, style.norm), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1),
            normalise(channels, style.norm), nn.ReLU(), nn.Dropout2d(style.dropout),
            nn.Conv2d(channels, channels, 3, padding=1),
        )  # fmt: skip
        nn.init.kaiming_normal_(cast(nn.Conv2d, self.body[2]).weight, nonlinearity="relu")
        last = cast(nn.Conv2d, self.body[-1])
        # Small, not zero, so that every parameter has a gradient from the first step on.
        nn.init.normal_(last.weight, std=0.1 * (2 / (9 * channels)) ** 0.5)
        for layer in (self.body[2], last):
            nn.init.zeros_(cast(Tensor, layer.bias))

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self.body(x))


def normalise(channels: int, norm: str) -> nn.Module:
    """Groups of 8 channels, or one group of all of them (layer normalisation of an image)."""
    size = NORMS[norm]
    if size < 0:
        return nn.Identity()
    return nn.GroupNorm(channels // size if size and channels % size == 0 else 1, channels)


def widths(channels: int, count: int) -> list[int]:
    """Channels at each resolution, from the image down."""
    return [channels * 2 ** min(level, 2) for level in range(count)]


def resnet_encoder(shape: tuple[int, int, int], outputs: int, style: Style) -> nn.Sequential:
    """`(B, C, H, W)` → `(B, outputs)`."""
    steps = sides(shape[1])
    planes = widths(style.channels, len(steps))
    layers: list[nn.Module] = [nn.Conv2d(shape[0], planes[0], 3, padding=1)]
    for before, after in pairwise(planes):
        layers += [Block(before, style), nn.Conv2d(before, after, kernel_size=4, stride=2, padding=1)]
    layers += [Block(planes[-1], style), normalise(planes[-1], style.norm), nn.ReLU(), nn.Flatten()]
    flat = planes[-1] * steps[-1] ** 2
    return initialise(nn.Sequential(*layers, *dense([flat, *style.hidden[-1:], outputs], style.dropout)))


def resnet_decoder(inputs: int, shape: tuple[int, int, int], style: Style) -> nn.Sequential:
    """`(B, inputs)` → logits `(B, C, H, W)`."""
    steps = sides(shape[1])[::-1]
    planes = widths(style.channels, len(steps))[::-1]
    layers = dense([inputs, *style.hidden[-1:], planes[0] * steps[0] ** 2], style.dropout)
    layers += [nn.Unflatten(1, (planes[0], steps[0], steps[0])), Block(planes[0], style)]
    for side, (before, after) in zip(steps[1:], pairwise(planes), strict=True):
        layers += [nn.Upsample(size=(side, side)), nn.Conv2d(before, after, 3, padding=1), Block(after, style)]
    layers += [normalise(planes[-1], style.norm), nn.ReLU(), nn.Conv2d(planes[-1], shape[0], 3, padding=1)]
    return initialise(nn.Sequential(*layers))
