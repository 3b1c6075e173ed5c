"""The VAE-GAN (Larsen et al. 2016, eqs. 8 and 9): images are compared by the features of a critic.

    β · KL(q(z|x) ‖ p(z)) + ½ λ_l · ‖D_l(x) − D_l(x̃)‖² − λ_D · log D(x̃), log D(x_p) + λ_x · (−log p(x|z))

D_l is a hidden layer of the critic D, x̃ a reconstruction and x_p the image of a sample of the prior. As in the paper's
algorithm 1, the adversarial term trains the decoder only, and D's gradients reach the encoder through D_l only. The paper has
no pixel term (λ_x = 0); with the small one here, runs of a few minutes reconstruct the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from ..config import setting
from ..networks.critic import ImageCritic
from .base import ModelConfig
from .beta_vae import BetaVAE


class VAEGAN(BetaVAE):
    """β·KL + ½λ_l·‖D_l(x) − D_l(x̃)‖² − λ_D·(log D(x̃) + log D(x_p)) − λ_x·log p(x|z), Larsen et al. 2016, algorithm 1."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the VAE-GAN."""

        beta: float = setting(1.0, "Weight of the rate", low=0.0, high=1e6)
        similarity: float = setting(1.0, "λ_l, weight of the difference of the critic's features", low=0.0, high=1e6)
        critic_weight: float = setting(10.0, "λ_D, weight of the adversarial term, in nats", low=0.0, high=1e6)
        pixels: float = setting(0.2, "λ_x, weight of the likelihood of the pixels (paper: 0)", low=0.0, high=1e3)
        critic_channels: int = setting(32, "Channels of the critic", low=1, high=512, advanced=True)

    title = "VAE-GAN"
    changes = "distortion"
    formula = (
        r"\beta\,\mathrm{KL} + \tfrac{\lambda_l}{2}\lVert D_l(x)-D_l(\tilde x)\rVert^2"
        r" - \lambda_D\bigl(\log D(\tilde x)+\log D(x_p)\bigr) - \lambda_x\log p(x|z)"
    )
    about = "Compares images by a critic's features instead of pixels: sharper, less faithful reconstructions."
    group = "Adversarial"

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.adversary = ImageCritic(config.shape, cast(VAEGAN.Config, config).critic_channels)

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        config, critic = cast(VAEGAN.Config, self.config), cast(ImageCritic, self.adversary)
        posterior = self.encode(x, y)
        z = posterior.sample()
        logits = self.decode_logits(z, y)
        distortion = self.nll(logits, x).mean()
        with torch.no_grad():
            targets = critic.features(x)
        features = critic.features(self.likelihood.mean(logits.float()))
        similarity = 0.5 * (features - targets).square().flatten(1).sum(1).mean()
        generated = self.decode(torch.cat([z.detach(), self.prior_sample(len(x))]))
        adversarial = 2 * functional.softplus(-critic(generated).float()).mean()
        penalty = self.penalty(posterior, z, step).mean()
        return {
            "loss": penalty
            + config.similarity * similarity
            + config.critic_weight * adversarial
            + config.pixels * distortion,
            "distortion": distortion,
            "penalty": penalty,
            "similarity": similarity,
            "rate": posterior.rate_per_dim(z).sum(1).mean().detach(),
            "adversary": self.adversary_loss(x, generated.detach()),
        }

    def adversary_loss(self, x: Tensor, made: Tensor) -> Tensor:
        assert self.adversary is not None
        real, fake = self.adversary(x).float(), self.adversary(made).float()
        return functional.softplus(-real).mean() + 2 * functional.softplus(fake).mean()
