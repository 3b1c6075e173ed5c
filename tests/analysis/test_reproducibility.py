"""The sentence on a pick says when it is worth little."""

from types import SimpleNamespace

import numpy as np
import pytest

from vae_core.analysis.scores.reproducibility import LITTLE, Reproducibility


def reason(*udr: float) -> str:
    runs = [SimpleNamespace(config=SimpleNamespace(train=SimpleNamespace(seed=seed))) for seed in range(3)]
    return Reproducibility(runs, np.full((3, 3), np.nan), np.array(udr)).reason  # type: ignore[arg-type]


@pytest.mark.parametrize(("highest", "little"), [(LITTLE - 0.01, True), (LITTLE + 0.01, False)])
def test_seeds_that_agree_little_are_no_choice(highest: float, little: bool) -> None:
    found = reason(0.05, highest, 0.1)
    assert found.startswith("Seed 1 is the most reproducible")
    assert ("agree little" in found) == little


def test_what_the_others_have_is_said_once() -> None:
    assert reason(0.8, 0.6, 0.7).endswith("UDR 0.800; for the others it is 0.600 to 0.700.")
    assert reason(0.8, 0.6, 0.6001).endswith("for the others it is 0.600.")
    assert reason(0.8, 0.8001, 0.7999).endswith("for the others it is the same to three digits.")
