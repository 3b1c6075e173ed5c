"""The conditional VAE (Kingma et al. 2014, §2, model M2 with all labels; Sohn et al. 2015): the class is an input of both networks.

    E_q[−log p(x|z, y)] + β · KL(q(z|x, y) ‖ p(z))

The code need not represent the class, so it represents the rest: style. The encoder receives the class as one more image
channel, learned for each class; the decoder receives it with the code, one-hot.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..config import setting
from .base import ModelConfig
from .beta_vae import BetaVAE
from .vae import DiagonalGaussian


class ConditionalVAE(BetaVAE):
    """E_q[−log p(x|z, y)] + β·KL(q(z|x, y) ‖ N(0, I)), Kingma et al. 2014, §2; Sohn et al. 2015, eq. 4."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the conditional VAE."""

        beta: float = setting(1.0, "Weight of the rate", low=0.0, high=1e6)

    title = "Conditional VAE"
    changes = "given"
    formula = r"\mathbb{E}_{q(z|x,y)}[-\log p(x|z,y)] + \beta\,\mathrm{KL}(q(z|x,y)\,\|\,p(z))"
    about = "The class is an input, so the code represents style: draw any class in the style of any image."
    conditional = True

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, inputs=config.latent_dim + config.classes, planes=1)
        _, height, width = config.shape
        self.plane = nn.Parameter(0.1 * torch.randn(config.classes, 1, height, width))

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        return super().encode(torch.cat([x, self.plane[self.classes(y)].to(x.dtype)], dim=1))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        one_hot = functional.one_hot(self.classes(y), self.config.classes).to(z.dtype)
        return self.decoder(torch.cat([z, one_hot], dim=1))

    def classes(self, y: Tensor | None) -> Tensor:
        """The class of each image `(B,)`, which must be given."""
        assert y is not None, "a conditional model needs the class"
        return y.long()
