"""The contractive autoencoder (Rifai et al. 2011, eq. 3): a code that hardly moves when the image does.

    −log p(x|f(x)) + λ · ‖∂f(x)/∂x‖²_F

For a fully connected encoder the norm is exact. For a convolutional one it is estimated without bias from one random
direction v ~ N(0, I): ‖vᵀ ∂f/∂x‖² (Hutchinson 1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ..config import setting
from .autoencoder import Autoencoder


class ContractiveAutoencoder(Autoencoder):
    """−log p(x|f(x)) + λ·‖∂f/∂x‖²_F, Rifai et al. 2011, eq. 3."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        """Settings of the contractive autoencoder."""

        contraction: float = setting(1.0, "λ, the price of a code that moves with the image", low=0.0, high=1e6)

    title = "Contractive autoencoder"
    formula = r"-\log p(x \mid f(x)) + \lambda\,\bigl\|\partial f(x)/\partial x\bigr\|_F^2"
    about = (
        "Charges for every way in which the code moves with the image: small changes of an image leave its code alone."
    )

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        return cast(ContractiveAutoencoder.Config, self.config).contraction * self.sensitivity(x)

    def sensitivity(self, x: Tensor) -> Tensor:
        """‖∂f/∂x‖²_F of each image `(B,)`; gradients flow through it where they are on."""
        with torch.enable_grad():
            seen = x.detach().requires_grad_()
            z = self.encode(seen).mu  # (B, D)
            if self.config.network == "mlp":
                directions = list(torch.eye(z.shape[1], device=z.device, dtype=z.dtype))
            else:
                directions = [torch.randn_like(z)]
            parts = []
            for direction in directions:
                (found,) = torch.autograd.grad(z, seen, direction.expand_as(z), create_graph=True)
                parts.append(found.float().square().flatten(1).sum(1))
            return torch.stack(parts).sum(0)
