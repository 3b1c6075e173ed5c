"""Codes without a model: what another program computed, with labels, factors and images where it gave them.

The arrays are tensors of the run's weights: codes `(N, D)` float32, and labels `(N,)`, factors `(N, F)` int64, images
`(N, C, H, W)` uint8 under "data.". There is neither an encoder nor a decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..config import ConfigError, setting
from ..networks import Style
from .base import Model, ModelConfig, Posterior

#: The sentence for everything that needs a model.
NO_MODEL = "These are codes without a model, so nothing can be encoded or decoded."


class Codes(Model):
    """Given codes, for looking at."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """Codes have the settings of no model."""

        has_encoder: bool = setting(False, "Whether there is an encoder: never")
        has_decoder: bool = setting(False, "Whether there is a decoder: never")

    title = "Codes"
    group = "From elsewhere"
    trainable = False
    differentiable = False
    standard_prior = False
    formula = r"\text{computed elsewhere}"
    about = "Codes of another program, without the model that made them: for maps and measures."

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        """Nothing."""

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """
        Raises:
            RuntimeError: no codes of the configured width.
        """
        codes = state_dict.get("codes")
        if codes is None or codes.dim() != 2 or codes.shape[1] != self.config.latent_dim:
            raise RuntimeError("no codes of this width")
        return super().load_state_dict({}, strict, assign)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        raise ConfigError(NO_MODEL)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        raise ConfigError(NO_MODEL)

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        raise ConfigError(NO_MODEL)

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        raise ConfigError(NO_MODEL)
