"""Typed text → numbers."""

from __future__ import annotations

from typing import Any

from vae_core.config import ConfigError
from vae_core.models import family

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


def takes_beta(model: str) -> bool:
    """Whether the family `model` has the setting β."""
    return "beta" in family(model).Config.__dataclass_fields__


def variants_of(model: str, betas: str, seeds: str) -> list[dict[str, Any]]:
    """Typed values of β, which a family without the setting ignores, and of the seed → both for each model to train.

    Raises:
        ConfigError: a text that cannot be parsed, or too many models.
    """
    by_seed = [{"seed": seed} for seed in seeds_of(seeds)]
    if not takes_beta(model):
        return by_seed
    by_beta = [{"beta": beta} for beta in betas_of(betas)]
    if (count := len(by_beta) * len(by_seed)) > MAX_MODELS:
        raise ConfigError(
            f"{len(by_beta)} values of β and {len(by_seed)} seeds are {count} models; train at most {MAX_MODELS} at once."
        )
    return [beta | seed for beta in by_beta for seed in by_seed]


def beta_norm(beta: float, latent_dim: int, pixels: int) -> float:
    """β · latent dimensions / pixels (Higgins et al. 2017, section 3)."""
    return beta * latent_dim / pixels
