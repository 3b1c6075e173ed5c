"""What an adapter returns, and the one form in which imported halves are run: ONNX from codes and images in [0, 1].

decoder: z `(n, D)` → image `(n, C, H, W)` in [0, 1]. encoder: image `(n, C, H, W)` in [0, 1] → mu `(n, D)`[, logvar `(n, D)`].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from ..config import BetascopeError
from ..datasets.base import DataConfig


class ImportFailed(BetascopeError):
    """A file from elsewhere that cannot be opened; the sentence says why, and what would be accepted."""


@dataclass(frozen=True)
class Values:
    """How a foreign model writes pixels: black and white as it has them, and whether its decoder returns logits.

    A model trained on (x − mean)/std has low = −mean/std and high = (1 − mean)/std.
    """

    low: float = 0.0
    high: float = 1.0
    logits: bool = False

    def __post_init__(self) -> None:
        if not -1e6 < self.low < self.high < 1e6:
            raise ImportFailed(
                f"--range {self.low:g} {self.high:g}: two numbers within ±1e6 are needed, the first the smaller."
            )


@dataclass(frozen=True)
class Request:
    """What a person gave beside the path.

    encoder: its file where the path is the decoder's; values: None for the adapter's own; data: the images to look at with it;
    dims: directions of a spatial code that become sliders; trusted: whether a file may run code when it is loaded.
    """

    encoder: Path | None = None
    values: Values | None = None
    data: DataConfig | None = None
    dims: int = 32
    trusted: bool = False


@dataclass(frozen=True)
class Given:
    """Codes without a model: `(N, D)` float32, and labels `(N,)`, factors `(N, F)` int64, images `(N, C, H, W)` uint8 or None."""

    source: str
    codes: Tensor
    labels: Tensor | None = None
    factors: Tensor | None = None
    images: Tensor | None = None
    class_names: tuple[str, ...] = ()
    factor_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Foreign:
    """A model from elsewhere.

    source: in a few words, as "pythae BetaVAE"; encoder, decoder: ONNX in the form above, or None; shape: (C, H, W); dims: D;
    has_logvar: of the encoder; settings: further ones of `Imported.Config`, as the β and the likelihood.
    """

    source: str
    encoder: bytes | None
    decoder: bytes | None
    shape: tuple[int, ...]
    dims: int
    has_logvar: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
