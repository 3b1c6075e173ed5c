"""A model that was trained elsewhere: its encoder and decoder are ONNX graphs, run by onnxruntime.

Their bytes are tensors of the run's weights, so a run of it is hashed, checked, copied and cached like any other. It has no
gradients and is never trained. Its prior is N(0, I); for an encoder without a variance, a Gaussian with the moments of codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from ..config import ConfigError, setting
from ..networks import Style
from .autoencoder import Point
from .base import Model, ModelConfig
from .graph import compute
from .vae import DiagonalGaussian

#: Means closer to 0 or 1 than this count as this far from it in the distortion: a graph returns means, not logits.
NEAREST = 1e-6
#: Names of the halves; each is one tensor of bytes among the weights.
HALVES = ("encoder", "decoder")


class Imported(Model):
    """A model from elsewhere, for looking at."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """What the graphs are."""

        has_encoder: bool = setting(True, "Whether there is an encoder")
        has_decoder: bool = setting(True, "Whether there is a decoder")
        has_logvar: bool = setting(True, "Whether the encoder returns a log-variance")
        beta: float | None = setting(None, "The β it was trained with, where known", low=0.0)

    title = "Imported"
    group = "From elsewhere"
    trainable = False
    differentiable = False
    formula = r"\text{trained elsewhere}"
    about = "Encoder and decoder came as files of another program. They are run as they are and cannot be trained here."

    code_mean: Tensor
    code_variance: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.register_buffer("code_mean", torch.zeros(config.latent_dim))
        self.register_buffer("code_variance", torch.ones(config.latent_dim))
        for name in HALVES:
            if getattr(config, f"has_{name}"):
                self.register_buffer(name, torch.zeros(0, dtype=torch.uint8))
        self.contents: dict[str, bytes] = {}
        own = cast(Imported.Config, config)
        self.standard_prior = own.has_logvar or not own.has_encoder

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        """Nothing: the graphs come with the weights."""

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """
        Raises:
            RuntimeError: tensors of another configuration.
        """
        for name in HALVES:
            if hasattr(self, name) and name in state_dict:  # only the file knows how long a graph is
                setattr(self, name, torch.zeros_like(state_dict[name], dtype=torch.uint8))
        result = super().load_state_dict(state_dict, strict, assign)
        self.contents = {name: getattr(self, name).cpu().numpy().tobytes() for name in HALVES if hasattr(self, name)}
        return result

    def graph(self, name: str) -> bytes | None:
        return self.contents.get(name)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Point | DiagonalGaussian:
        outputs = compute(self._content("encoder"), x)
        return Point(outputs[0]) if len(outputs) == 1 else DiagonalGaussian(outputs[0], outputs[1])

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return compute(self._content("decoder"), z)[0]

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.logit(self.decode(z, y), eps=NEAREST)

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        raise ConfigError("An imported model cannot be trained: it has no gradients.")

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(n, self.config.latent_dim, generator=generator, device=self.device)
        return self.code_mean + self.code_variance.sqrt() * noise

    def weight(self, step: int) -> float | None:
        return cast(Imported.Config, self.config).beta

    def _content(self, name: str) -> bytes:
        """
        Raises:
            ConfigError: it has no such half.
        """
        if name not in self.contents:
            raise ConfigError(f"This model was imported without its {name}, so it cannot {name.removesuffix('r')}.")
        return self.contents[name]
