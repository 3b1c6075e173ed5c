"""The contractive autoencoder (Rifai et al. 2011, eq. 3): a code that changes little with the image.

    −log p(x|f(x)) + λ · ‖∂f(x)/∂x‖²_F

For a fully connected encoder the norm is exact. For others an unbiased estimate uses one random
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

        contraction: float = setting(1.0, "λ, weight of the code's sensitivity to the image", low=0.0, high=1e6)

    title = "Contractive autoencoder"
    changes = "noise"
    formula = r"-\log p(x \mid f(x)) + \lambda\,\bigl\|\partial f(x)/\partial x\bigr\|_F^2"
    about = "Penalises the encoder's Jacobian: small changes of an image hardly change its code."

    def penalty(self, x: Tensor, z: Tensor) -> Tensor:
        return cast(ContractiveAutoencoder.Config, self.config).contraction * self.sensitivity(x)

    def sensitivity(self, x: Tensor) -> Tensor:
        """‖∂f/∂x‖²_F of each image `(B,)`; differentiable if gradients are enabled."""
        with torch.enable_grad():
            inputs = x.detach().requires_grad_()
            z = self.encode(inputs).mu  # (B, D)
            if self.config.network == "mlp":
                directions = list(torch.eye(z.shape[1], device=z.device, dtype=z.dtype))
            else:
                directions = [torch.randn_like(z)]
            parts = []
            for direction in directions:
                (gradient,) = torch.autograd.grad(z, inputs, direction.expand_as(z), create_graph=True)
                parts.append(gradient.float().square().flatten(1).sum(1))
            return torch.stack(parts).sum(0)
