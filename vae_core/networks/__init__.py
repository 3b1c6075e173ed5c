"""Encoders `(B, C, H, W) → (B, outputs)` and decoders `(B, latent) → (B, C, H, W)` logits, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from .broadcast import broadcast_decoder
from .conv import conv_decoder, conv_encoder
from .mlp import mlp_decoder, mlp_encoder
from .resnet import NORMS, resnet_decoder, resnet_encoder
from .style import Style


@dataclass(frozen=True)
class Network:
    """An encoder and its mirrored decoder.

    encoder(shape, outputs, style), decoder(inputs, shape, style); `shape` is (C, H, W). The last layer of an encoder is
    a `nn.Linear`.
    """

    title: str
    encoder: Callable[[tuple[int, int, int], int, Style], nn.Sequential]
    decoder: Callable[[int, tuple[int, int, int], Style], nn.Sequential]


NETWORKS = {
    "mlp": Network("Fully connected", mlp_encoder, mlp_decoder),
    "conv": Network("Convolutional (Burgess et al. 2018)", conv_encoder, conv_decoder),
    "broadcast": Network("Spatial broadcast (Watters et al. 2019)", conv_encoder, broadcast_decoder),
    "resnet": Network("Residual", resnet_encoder, resnet_decoder),
}

__all__ = ["NETWORKS", "NORMS", "Network", "Style"]
