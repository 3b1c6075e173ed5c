"""The VAE with a growing capacity (Burgess et al. 2018, eq. 8): nats are handed out little by little.

    E_q[−log p(x|z)] + γ · |KL(q(z|x) ‖ p(z)) − C(t)|

C grows from 0 to `target_rate` over `warmup_steps`, so that factors come into the code one after the other. γ is
named β here, as everywhere; the paper takes 1000.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config import setting
from .beta_vae import BetaVAE
from .vae import SCHEDULES, TARGETS


class CapacityVAE(BetaVAE):
    """E_q[−log p(x|z)] + γ·|KL(q(z|x) ‖ N(0, I)) − C(t)|, Burgess et al. 2018, eq. 8."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of the capacity VAE."""

        beta: float = setting(1000.0, "γ, the price of a rate beside the capacity", low=0.0, high=1e6)
        schedule: str = setting("capacity", "How the weight of the rate moves", choices=(*SCHEDULES, *TARGETS))
        target_rate: float = setting(25.0, "Nats of capacity at the end", low=0.0, high=1e4)

    title = "Capacity VAE"
    formula = r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \gamma\,\bigl|\mathrm{KL}(q(z|x)\,\|\,p(z)) - C(t)\bigr|"
    about = "The code may hold a number of nats that grows while training: factors enter one by one, images stay sharp."
