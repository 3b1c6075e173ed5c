"""The colours of classes and runs: told apart by people who see two kinds of light only, and seen on both backgrounds."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.figures.style import COLOURS
from vae_core.places import FILES

Colours = NDArray[np.float64]
#: What is seen of linear RGB at severity 1: Machado, Oliveira, Fernandes 2009, table 1.
VISION = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
#: Linear RGB to OKLab: Ottosson 2020.
CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
THEME = tomllib.loads((FILES / ".streamlit" / "config.toml").read_text("utf8"))["theme"]


def linear(colours: tuple[str, ...]) -> Colours:
    """Linear RGB, `(n, 3)`, of #RRGGBB."""
    values = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_are_told_apart(vision: str) -> None:
    """In OKLab, where black and white are 1 apart; the smallest step that is seen is about 0.02."""
    seen = np.clip(linear(COLOURS) @ np.array(VISION[vision]).T, 0, 1)
    lab = np.cbrt(seen @ CONES.T) @ LAB.T
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=-1) + np.eye(len(COLOURS))
    assert distances.min() >= (0.12 if vision == "all cones" else 0.085)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_is_seen_on_the_background(scheme: str) -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, ground = linear(COLOURS) @ weights, linear((THEME[scheme]["backgroundColor"],)) @ weights
    contrasts = (np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)
    assert contrasts.min() >= 2


def test_charts_of_the_theme_have_the_same_colours() -> None:
    assert tuple(THEME["chartCategoricalColors"]) == COLOURS
