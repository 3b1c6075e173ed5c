"""Settings that all kinds of networks share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """hidden: widths of the fully connected layers from image to code. channels: of convolutions. norm: of residual
    blocks, one of `NORMS`. dropout: share of hidden units dropped while training (Srivastava et al. 2014).
    """

    hidden: tuple[int, ...] = (256, 256)
    channels: int = 32
    norm: str = "group"
    dropout: float = 0.0
