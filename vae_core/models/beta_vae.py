"""The β-VAE (Higgins et al. 2017, eq. 4): β weights the rate.

    E_q[−log p(x|z)] + β · KL(q(z|x) ‖ p(z))

β multiplies the rate in nats per image, exactly as in the paper; β · latent dimensions / pixels is the
β_norm of its section 3. β = 1 is the VAE; a larger β gives a simpler code and a blurrier image.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config import setting
from .vae import VAE


class BetaVAE(VAE):
    """E_q[−log p(x|z)] + β·KL(q(z|x) ‖ N(0, I)), Higgins et al. 2017, eq. 4."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the β-VAE."""

        beta: float = setting(4.0, "Weight of the rate", low=0.0, high=1e6)

    title = "β-VAE"
    changes = "rate"
    formula = r"\mathbb{E}_{q(z|x)}[-\log p(x|z)] + \beta\,\mathrm{KL}(q(z|x)\,\|\,p(z))"
    about = "A VAE whose rate is weighted by β: a larger β gives fewer, more separate factors and blurrier images."
