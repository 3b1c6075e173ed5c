"""Sensible starts for the Train page: each is a name, a sentence and the settings it differs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """about: shown when chosen; settings: what differs from the defaults; beta: as typed."""

    title: str
    about: str
    beta: str = "1"
    settings: dict[str, Any] = field(default_factory=dict)


_DIGITS = {"dataset": "digits", "model": "beta_vae", "network": "mlp", "lr_schedule": "cosine"}
_SPRITES = {"dataset": "sprites", "model": "beta_vae", "network": "conv", "lr_schedule": "cosine"}

PRESETS = {
    "digits": Preset(
        "Digits in a minute",
        "Real handwritten digits and a small network: done while you explain what is going on.",
        "1",
        _DIGITS | {"epochs": 100},
    ),
    "plane": Preset(
        "A latent plane",
        "Two latent dimensions: the whole space fits on a sheet of paper.",
        "1",
        _DIGITS | {"latent_dim": 2, "epochs": 200},
    ),
    "digits_sweep": Preset(
        "β sweep on digits",
        "The same digits at three prices: dimensions fall silent as β grows.",
        "1, 4, 16",
        _DIGITS | {"epochs": 100},
    ),
    "sprites_sweep": Preset(
        "β sweep on sprites",
        "The experiment of Higgins et al. 2017: position, scale and rotation come apart as β grows. "
        "Minutes on a GPU, about half an hour on a laptop.",
        "1, 4, 16",
        _SPRITES | {"size": 50_000, "epochs": 30},
    ),
}
