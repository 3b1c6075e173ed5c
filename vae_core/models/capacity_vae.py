"""The VAE with a growing capacity (Burgess et al. 2018, eq. 8): the rate follows a growing target.

    E_q[−log p(x|z)] + γ · |KL(q(z|x) ‖ p(z)) − C(t)|

C grows from 0 to `target_rate` over `warmup_steps`, so that factors enter the code one after the other. γ is
the setting `beta`, as in all families; the paper uses 1000.
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

        beta: float = setting(1000.0, "γ, weight of the distance of rate and capacity", low=0.0, high=1e6)
        schedule: str = setting("capacity", "Schedule of the rate's weight", choices=(*SCHEDULES, *TARGETS))
        target_rate: float = setting(25.0, "Final capacity in nats", low=0.0, high=1e4)

    title = "Capacity VAE"
    changes = "rate"
    formula = r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \gamma\,\bigl|\mathrm{KL}(q(z|x)\,\|\,p(z)) - C(t)\bigr|"
    about = "The rate follows a capacity that grows in training: factors enter one by one, images stay sharp."
