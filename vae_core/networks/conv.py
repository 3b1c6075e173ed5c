"""Convolutional encoder and decoder for any square image from 8 to 256 pixels and any channel count.

At 64×64 this is the network of Burgess et al. 2018 (appendix A): four 4×4 convolutions of stride 2 with 32
channels, two fully connected layers of 256 units, and the mirror of it. Other sizes are halved down to at
most 4 pixels, so 32×32 takes three convolutions and 256×256 six.
"""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from .initialise import initialise
from .lean import LeanConv, LeanReLU, UpConv
from .mlp import dense
from .style import Style


def sides(size: int) -> list[int]:
    """The image's side before and after each convolution: 28 → [28, 14, 7, 3]."""
    lengths = [size]
    while lengths[-1] > 4:
        lengths.append(lengths[-1] // 2)
    return lengths


def conv_encoder(shape: tuple[int, int, int], outputs: int, style: Style) -> nn.Sequential:
    """`(B, C, H, W)` → `(B, outputs)`."""
    steps, channels = sides(shape[1]), style.channels
    layers: list[nn.Module] = []
    inputs = shape[0]
    for _ in steps[1:]:
        layers += [LeanConv(inputs, channels), LeanReLU()]
        inputs = channels
    flat = channels * steps[-1] ** 2
    return initialise(nn.Sequential(*layers, nn.Flatten(), *dense([flat, *style.hidden, outputs], style.dropout)))


def conv_decoder(inputs: int, shape: tuple[int, int, int], style: Style) -> nn.Sequential:
    """`(B, inputs)` → logits `(B, C, H, W)`."""
    steps, channels = sides(shape[1])[::-1], style.channels
    flat = channels * steps[0] ** 2
    layers = [*dense([inputs, *reversed(style.hidden), flat], style.dropout), nn.ReLU(inplace=True)]
    layers.append(nn.Unflatten(1, (channels, steps[0], steps[0])))
    for index, (small, large) in enumerate(pairwise(steps)):
        outputs = shape[0] if index == len(steps) - 2 else channels
        # Halving an odd side drops a pixel; output_padding restores it.
        layers.append(UpConv(channels, outputs, output_padding=large - 2 * small))
        layers.append(LeanReLU())
    return initialise(nn.Sequential(*layers[:-1]))
