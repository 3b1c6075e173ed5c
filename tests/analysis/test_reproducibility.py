"""The sentence on a pick says when it is worth little."""

from types import SimpleNamespace

import numpy as np
import pytest

from vae_core.analysis.scores.reproducibility import LITTLE, Reproducibility


@pytest.mark.parametrize(("highest", "little"), [(LITTLE - 0.01, True), (LITTLE + 0.01, False)])
def test_seeds_that_agree_little_are_no_choice(highest: float, little: bool) -> None:
    runs = [SimpleNamespace(config=SimpleNamespace(train=SimpleNamespace(seed=seed))) for seed in range(3)]
    found = Reproducibility(runs, np.full((3, 3), np.nan), np.array([0.05, highest, 0.1]))  # type: ignore[arg-type]
    assert found.reason.startswith("Seed 1 is the most reproducible")
    assert ("agree little" in found.reason) == little
