"""A model that another program wrote for torch: its weights, and its halves by the project's checked exporter."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..config import BetascopeError
from ..export.halves import EXAMPLES, Half
from ..export.onnx import reason, to_onnx
from ..runs.files import read_json
from .graphs import LARGEST
from .halves import Foreign, ImportFailed, Values


class EncoderOf(nn.Module):
    """Images in [0, 1] → what `function(model, x)` returns, (mu,) or (mu, logvar), for x in the model's own range."""

    def __init__(self, model: nn.Module, function: Callable[[Any, Tensor], tuple[Tensor, ...]], values: Values) -> None:
        super().__init__()
        self.model, self.function, self.values = model, function, values

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        low, high = self.values.low, self.values.high
        return self.function(self.model, image if (low, high) == (0.0, 1.0) else image * (high - low) + low)


class DecoderOf(nn.Module):
    """Codes `(n, D)` → images in [0, 1], from what `function(model, z)` returns."""

    def __init__(
        self, model: nn.Module, function: Callable[[Any, Tensor], Tensor], values: Values, shape: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.model, self.function, self.values, self.shape = model, function, values, shape

    def forward(self, z: Tensor) -> Tensor:
        image = self.function(self.model, z).reshape(-1, *self.shape)
        if self.values.logits:
            return torch.sigmoid(image)
        return ((image - self.values.low) / (self.values.high - self.values.low)).clamp(0, 1)


def from_torch(
    source: str,
    model: nn.Module,
    shape: tuple[int, ...],
    dims: int,
    *,
    encode: Callable[[Any, Tensor], tuple[Tensor, ...]] | None,
    decode: Callable[[Any, Tensor], Tensor] | None,
    values: Values,
    settings: dict[str, Any],
) -> Foreign:
    """The model with the functions that run its halves → ONNX.

    Raises:
        ImportFailed: it does not run, or cannot be exported.
    """
    model, encoded, decoded, has_logvar = model.eval().requires_grad_(False), None, None, False
    try:
        if encode is not None:
            half = EncoderOf(model, encode, values)
            example = torch.rand(EXAMPLES, *shape)
            has_logvar = len(half(example)) > 1
            encoded = to_onnx(Half(half, {"image": example}, ("mu", "logvar")[: 1 + has_logvar]), {})
        if decode is not None:
            inputs = {"z": torch.randn(EXAMPLES, dims)}
            decoded = to_onnx(Half(DecoderOf(model, decode, values, shape), inputs, ("image",)), {})
    except (BetascopeError, RuntimeError, ValueError, TypeError, IndexError) as error:
        raise ImportFailed(f"The model does not run here: {reason(error)}") from error
    return Foreign(source, encoded, decoded, shape, dims, has_logvar, settings)


def tensors_of(path: Path) -> dict[str, Any]:
    """What `torch.save` wrote, where it is tensors and plain values alone; nothing else is ever unpickled.

    Raises:
        ImportFailed: missing, too large, damaged, or with other objects.
    """
    if not path.is_file():
        raise ImportFailed(f"{path.name} is missing in {path.parent}.")
    if path.stat().st_size > LARGEST:
        raise ImportFailed(f"{path.name} has more than {LARGEST >> 20} MiB; models of at most that are opened.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the format of old files
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # zipfile's, pickle's and torch's have no common base
        raise ImportFailed(
            f"{path.name} is damaged, or holds more than weights, and other objects are never unpickled."
        ) from error
    if not isinstance(found, dict):
        raise ImportFailed(f"{path.name} holds a {type(found).__name__}; a dictionary of weights is needed.")
    return found


def load_weights(model: nn.Module, weights: Any, name: str) -> None:
    """
    Raises:
        ImportFailed: weights of another model, or that are not finite.
    """
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise ImportFailed(f"{name} holds no dictionary of weights.")
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ImportFailed(f"The weights in {name} do not fit the model that is described beside them.") from error
    bad = [key for key, value in weights.items() if value.is_floating_point() and not bool(value.isfinite().all())]
    if bad:
        raise ImportFailed(f"The weights {bad[0]!r} in {name} are not finite.")


def settings_of(path: Path) -> dict[str, Any]:
    """A JSON file.

    Raises:
        ImportFailed: missing, no JSON object, or nested too deeply.
    """
    try:
        return read_json(path)
    except (BetascopeError, RecursionError) as error:
        raise ImportFailed(
            f"{path.name} in {path.parent} cannot be read: it must be a file of one JSON object."
        ) from error


def number(values: dict[str, Any], key: str, path: Path, low: int = 1, high: int = 512) -> int:
    """A whole number of a JSON file.

    Raises:
        ImportFailed: missing, of another type, or out of range.
    """
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ImportFailed(f"{path.name}: {key!r} is {value!r}; a whole number from {low} to {high} is needed.")
    return value
