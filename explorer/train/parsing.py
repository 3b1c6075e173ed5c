"""Typed text → numbers."""

from __future__ import annotations

from vae_core.config import ConfigError

from .labels import label_of

MAX_BETAS = 12


def whole_numbers(text: str, name: str) -> tuple[int, ...]:
    """ "256, 128" → (256, 128).

    Raises:
        ConfigError: a part is not a whole number; `name` is the setting's.
    """
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ConfigError(
            f"{label_of(name)}: {text!r} is not a list of whole numbers; write it like 256, 256."
        ) from None


def betas_of(text: str) -> list[float]:
    """ "1, 4, 16" → [1.0, 4.0, 16.0], each once, in the order given.

    Raises:
        ConfigError: not numbers, none, or too many. Bounds are checked by the family's configuration.
    """
    try:
        betas = list(dict.fromkeys(float(part) for part in text.replace(",", " ").split()))
    except ValueError:
        raise ConfigError(
            f"β: {text!r} is not a number or a list of numbers; write 4, or 1, 4, 16 for a sweep."
        ) from None
    if not 1 <= len(betas) <= MAX_BETAS:
        raise ConfigError(f"β: {len(betas)} values were given; write one, or up to {MAX_BETAS} for a sweep.")
    return betas


def beta_norm(beta: float, latent_dim: int, pixels: int) -> float:
    """β · latent dimensions / pixels (Higgins et al. 2017, section 3)."""
    return beta * latent_dim / pixels
