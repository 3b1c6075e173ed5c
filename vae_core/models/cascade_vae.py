"""The β-TCVAE whose latent dimensions open one after another, after the cascading bottleneck of Jeong & Song 2019, section 3.1.

Dimension d opens at step d · T / D, where T is `warmup_steps`. Until then its posterior is the prior and the decoder does not see
it. With one dimension open, the factor that saves most distortion has to fit into it, and a cyclic one, such as a hue, is
cut open; with all open from the start it takes two dimensions, as a circle. Each later dimension finds what is left.

The paper keeps dimensions closed by a large weight of their KL. Then the decoder learns to ignore their noise and takes long to
unlearn it; here they are masked, and begin with the weights of the initialisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from .base import ModelConfig
from .beta_tcvae import BetaTCVAE
from .vae import SCHEDULES, DiagonalGaussian


class CascadeVAE(BetaTCVAE):
    """The β-TCVAE with dimensions that open one after another, after Jeong & Song 2019, section 3.1."""

    @dataclass(frozen=True)
    class Config(BetaTCVAE.Config):
        """Settings of the cascade VAE."""

        beta: float = setting(2.0, "Weight of the total correlation", low=0.0, high=1e6)
        schedule: str = setting("falling", "Schedule of the weight of the total correlation", choices=tuple(SCHEDULES))
        warmup_steps: int | None = setting(
            None, "Steps until all dimensions are open, and of the weight's schedule (none: half of the run)", low=0
        )

    title = "Cascade VAE"
    changes = "aggregate"
    formula = BetaTCVAE.formula + r",\quad z_d\ \text{open from step}\ d\,T/D"
    about = "Dimensions open one after another, so that each factor has to fit into one; hues are cut open."
    depends_on_step = True

    #: 1 for each open dimension, 0 for the others, `(D,)`; saved with the weights.
    opened: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.register_buffer("opened", torch.zeros(config.latent_dim))
        self.open_until(0)

    def open_until(self, step: int) -> None:
        """Open the dimensions whose time has come at this step; the first one always is."""
        dims, length = self.config.latent_dim, cast(CascadeVAE.Config, self.config).warmup_steps or 0
        self.opened[: dims if step >= length else 1 + step * dims // length] = 1

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        given = super().encode(x, y)
        return DiagonalGaussian(given.mu * self.opened, given.logvar * self.opened)

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return super().decode_logits(z * self.opened, y)

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        self.open_until(step)
        return super().loss(x, y, step)
