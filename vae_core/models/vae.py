"""The variational autoencoder (Kingma & Welling 2014, eq. 3 with the estimator of eq. 10).

    −ELBO = E_q[−log p(x|z)] + KL(q(z|x) ‖ p(z)) = distortion + rate

A family with another penalty on the posterior subclasses `VAE` and overrides only `penalty`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch
from torch import Tensor, nn

from ..config import setting
from ..divergences import gaussian_kl, gaussian_log_density, standard_normal_log_density
from ..schedules import SCHEDULES, constant, linear
from .base import Model, ModelConfig

#: Schedules with a target rate: |R − C(t)| with a growing capacity C (Burgess et al. 2018, eq. 8), and a β that a
#: controller adjusts until the rate reaches the target (Shao et al. 2020).
TARGETS = ("capacity", "controlled")


@dataclass(frozen=True)
class DiagonalGaussian:
    """q(z|x) = N(mu, exp logvar), both `(B, D)`."""

    mu: Tensor
    logvar: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """z = mu + σ·ε `(B, D)`: the reparameterisation of Kingma & Welling 2014, §2.4."""
        noise = torch.empty_like(self.mu).normal_(generator=generator)
        return torch.addcmul(self.mu, torch.exp(0.5 * self.logvar), noise)

    def rate_per_dim(self, z: Tensor | None = None) -> Tensor:
        """KL to the standard normal prior of each dimension in nats, `(B, D)`; the same for every z."""
        return self._kl

    @cached_property
    def _kl(self) -> Tensor:
        return gaussian_kl(self.mu, self.logvar)

    def log_ratio(self, z: Tensor) -> Tensor:
        """log q(z|x) − log N(z; 0, I) in nats, `(B,)`."""
        return gaussian_log_density(z, self.mu, self.logvar) - standard_normal_log_density(z)


class VAE(Model):
    """E_q[−log p(x|z)] + KL(q(z|x) ‖ N(0, I)), Kingma & Welling 2014, eq. 10."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """Settings of the VAE."""

        schedule: str = setting("constant", "Schedule of the rate's weight", choices=(*SCHEDULES, *TARGETS))
        warmup_steps: int | None = setting(
            None,
            "Steps of the warm-up, of the fall, of the capacity's growth, or of one cycle (none: half of the run)",
            low=0,
        )
        target_rate: float = setting(
            25.0, "Target rate of the schedules capacity and controlled, in nats", low=0.0, high=1e4, advanced=True
        )
        free_bits: float = setting(0.0, "Nats without penalty, for each group", low=0.0, high=1e4, advanced=True)
        free_bits_group: str = setting(
            "dimension",
            "What the free bits apply to",
            choices=("dimension", "code"),
            advanced=True,
        )

    title = "VAE"
    changes = "nothing"
    formula = r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \mathrm{KL}(q(z|x)\,\|\,p(z))"
    about = "Codes are Gaussians close to a standard normal, so the code space is smooth and can be sampled."

    #: Log-variances stay within ±20, smoothly: σ from 0.00005 to 22,000.
    LOGVAR_LIMIT = 20.0
    #: Posteriors start narrower than the prior, so that the decoder uses the code before the rate collapses it.
    LOGVAR_START = -2.0

    def __init__(self, config: ModelConfig, **networks: int) -> None:
        super().__init__(config, **({"outputs": 2 * config.latent_dim} | networks))
        if "outputs" not in networks:
            self.start_narrow(self.encoder)
        if cast(VAE.Config, config).schedule == "controlled":
            self.controller = RateController(cast(VAE.Config, config).target_rate)

    #: Whether the loss depends on the step by more than the weight of the rate.
    depends_on_step = False

    #: The full β and β at this step as tensors, in a CUDA graph (training/steps.py) and in stacked training
    #: (training/stacked.py); None: from the configuration.
    beta_tensors: tuple[Tensor, Tensor] | None = None

    @property
    def beta(self) -> float:
        """The weight of the rate when the schedule is at its full value."""
        return cast(float, self.beta_tensors[0]) if self.beta_tensors else getattr(self.config, "beta", 1.0)

    def weight(self, step: int) -> float:
        """β at this step."""
        if self.beta_tensors:
            return cast(float, self.beta_tensors[1])  # used like a number
        config = cast(VAE.Config, self.config)
        if config.schedule == "controlled":
            return float(self.controller.beta)
        return self.beta * SCHEDULES.get(config.schedule, constant)(step, config.warmup_steps or 0)

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        return DiagonalGaussian(*self.moments(self.encoder_outputs(x)))

    def encoder_outputs(self, x: Tensor) -> Tensor:
        """The encoder's output `(B, 2·D)` for items x."""
        return self.encoder(x)

    def start_narrow(self, network: nn.Sequential) -> None:
        """Initialise a network that predicts `moments` with log-variances of `LOGVAR_START`."""
        bias = cast(nn.Linear, network[-1]).bias
        nn.init.constant_(bias[len(bias) // 2 :], self.LOGVAR_START)

    def moments(self, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted parameters of Gaussians `(B, 2·D)` → mu and logvar `(B, D)`."""
        mu, raw = parameters.float().chunk(2, dim=1)
        return mu, self.LOGVAR_LIMIT * torch.tanh(raw / self.LOGVAR_LIMIT)

    def penalty(self, posterior: DiagonalGaussian, z: Tensor, step: int) -> Tensor:
        """The term added to the distortion, in nats, `(B,)` or a mean `()`."""
        return self.rate_penalty(posterior.rate_per_dim(z), step)

    def rate_penalty(self, rate_per_dim: Tensor, step: int) -> Tensor:
        """The penalty of a rate `(B, D)` in nats at this step, by schedule and free bits: `(B,)` or `()`."""
        config = cast(VAE.Config, self.config)
        if config.schedule == "capacity":
            capacity = config.target_rate * linear(step, config.warmup_steps or 0)
            return self.beta * (rate_per_dim.sum(1).mean() - capacity).abs()
        if config.schedule == "controlled":
            weight: Tensor | float = (
                self.controller.update(rate_per_dim.detach()) if self.training else self.weight(step)
            )
        else:
            weight = self.weight(step)
        if not config.free_bits:
            return weight * rate_per_dim.sum(1)
        # Kingma et al. 2016, eq. 15: the maximum is taken of each group's mean over the batch.
        means = rate_per_dim.mean(0) if config.free_bits_group == "dimension" else rate_per_dim.sum(1).mean()[None]
        return weight * means.clamp(min=config.free_bits).sum()

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        posterior = self.encode(x, y)
        z = posterior.sample()
        distortion = self.distortion(x, z, y).mean()
        penalty = self.penalty(posterior, z, step).mean()
        rate = posterior.rate_per_dim(z).sum(1).mean().detach()
        terms = {"loss": distortion + penalty, "distortion": distortion, "penalty": penalty, "rate": rate}
        return terms if self.adversary is None else terms | {"adversary": self.adversary_loss(x, z.detach())}

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        device = self.device
        return torch.randn(n, self.config.latent_dim, generator=generator, device=device)


class RateController(nn.Module):
    """ControlVAE's PI controller (Shao et al. 2020, algorithm 1): β(t) = K_p/(1 + exp e) − K_i Σ e, e = target − rate.

    K_p is the paper's; K_i is ten times its 0.0001, so that runs of a few thousand steps reach the target. Its state is
    saved with the weights, for resumed runs.
    """

    PROPORTIONAL, INTEGRAL, LIMIT = 0.01, 0.001, 100.0

    beta: Tensor
    integral: Tensor

    def __init__(self, target: float) -> None:
        super().__init__()
        self.target = target
        self.register_buffer("beta", torch.zeros(()))
        self.register_buffer("integral", torch.zeros(()))

    def update(self, rate_per_dim: Tensor) -> Tensor:
        """Update with a batch's rate `(B, D)` in nats; returns the β for this batch."""
        error = self.target - rate_per_dim.sum(1).mean()
        self.integral.copy_((self.integral - self.INTEGRAL * error).clamp(0, self.LIMIT))
        self.beta.copy_((self.PROPORTIONAL * torch.sigmoid(-error) + self.integral).clamp(0, self.LIMIT))
        return self.beta.clone()
