"""Small models of other programs, as files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

D, SIDE = 4, 8


class Encoder(nn.Module):
    """Flat images of any range → mu, logvar."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.hidden, self.mu, self.logvar = nn.Linear(SIDE**2, 16), nn.Linear(16, D), nn.Linear(16, D)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        h = torch.tanh(self.hidden(x.flatten(1)))
        return self.mu(h), self.logvar(h)


class Decoder(nn.Module):
    """Codes → logits."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.net = nn.Sequential(nn.Linear(D, 16), nn.Tanh(), nn.Linear(16, SIDE**2))

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z).unflatten(1, (1, SIDE, SIDE))


class Then(nn.Module):
    """A model and a function of its output."""

    def __init__(self, model: nn.Module, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.model, self.function = model, function

    def forward(self, x: Tensor) -> Any:
        return self.function(self.model(x))


def onnx_file(path: Path, model: nn.Module, example: Tensor, outputs: tuple[str, ...]) -> Path:
    """By torch's older exporter, which most files out there come from; it takes a fiftieth of a second, the newer one seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is the older one
        torch.onnx.export(
            model.eval(), (example,), str(path), dynamo=False, opset_version=17, input_names=["input"], output_names=list(outputs),
            dynamic_axes={name: {0: "n"} for name in ("input", *outputs)},
        )  # fmt: skip
    return path


def write_decoder(path: Path, function: Callable[[Any], Any] = torch.sigmoid) -> Path:
    return onnx_file(path, Then(Decoder(), function), torch.randn(2, D), ("output",))


def write_encoder(
    path: Path, function: Callable[[Any], Any] = lambda out: out, outputs: tuple[str, ...] = ("a", "b")
) -> Path:
    return onnx_file(path, Then(Encoder(), function), torch.rand(2, 1, SIDE, SIDE), outputs)


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with encoder.onnx and decoder.onnx for 8×8 digits."""
    folder = tmp_path / "pair"
    folder.mkdir()
    write_decoder(folder / "decoder.onnx"), write_encoder(folder / "encoder.onnx")
    return folder
