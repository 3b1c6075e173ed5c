"""Encoders `(B, C, H, W) → (B, outputs)` and decoders `(B, latent) → (B, C, H, W)` logits, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from .conv import conv_decoder, conv_encoder
from .mlp import mlp_decoder, mlp_encoder


@dataclass(frozen=True)
class Network:
    """An encoder and its mirrored decoder.

    encoder(shape, outputs, hidden, channels), decoder(inputs, shape, hidden, channels); `shape` is (C, H, W),
    `hidden` the widths of the fully connected layers from image to code, `channels` those of convolutions.
    """

    title: str
    encoder: Callable[[tuple[int, int, int], int, tuple[int, ...], int], nn.Sequential]
    decoder: Callable[[int, tuple[int, int, int], tuple[int, ...], int], nn.Sequential]


NETWORKS = {
    "mlp": Network("Fully connected", mlp_encoder, mlp_decoder),
    "conv": Network("Convolutional (Burgess et al. 2018)", conv_encoder, conv_decoder),
}

__all__ = ["NETWORKS", "Network"]
