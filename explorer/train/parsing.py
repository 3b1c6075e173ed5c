"""Typed text → numbers."""

from __future__ import annotations

from vae_core.config import ConfigError

from .labels import label_of

MAX_BETAS = MAX_SEEDS = 12
#: Models that one press of the button trains.
MAX_MODELS = 36


def whole_numbers(text: str, name: str, example: str = "256, 256") -> tuple[int, ...]:
    """ "256, 128" → (256, 128).

    Raises:
        ConfigError: a part is not a whole number; `name` is the setting's.
    """
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ConfigError(
            f"{label_of(name)}: {text!r} is not a list of whole numbers; write it like {example}."
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


def seeds_of(text: str) -> list[int]:
    """ "0, 1, 2" → [0, 1, 2], each once, in the order given.

    Raises:
        ConfigError: not whole numbers, none, or too many.
    """
    seeds = list(dict.fromkeys(whole_numbers(text, "seeds", "0, 1, 2")))
    if not 1 <= len(seeds) <= MAX_SEEDS:
        raise ConfigError(
            f"Seeds: {len(seeds)} values were given; write one, as in 0, or up to {MAX_SEEDS}, as in 0, 1, 2."
        )
    return seeds


def beta_norm(beta: float, latent_dim: int, pixels: int) -> float:
    """β · latent dimensions / pixels (Higgins et al. 2017, section 3)."""
    return beta * latent_dim / pixels
