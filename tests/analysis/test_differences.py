"""What differs between two groups, against closed forms, scipy and pairs counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from vae_core.analysis import Latents, differences
from vae_core.config import BetascopeError


def codes_of(mu: np.ndarray, labels: np.ndarray | None = None, factors: np.ndarray | None = None) -> Latents:
    names = ("zero", "one", "two") if labels is not None else ()
    return Latents(
        mu.astype(np.float32), None, None, np.zeros(len(mu), np.float32), labels, factors, names, ("size",) if factors is not None else (), names={1: "slant"},
    )  # fmt: skip


def test_one_dimension_that_differs() -> None:
    mu = np.array([[0.0, 1.0], [0.0, 3.0], [2.0, 1.0], [2.0, 3.0]])
    found = differences(codes_of(mu), [0, 1], [2, 3])
    first, second = found.dims
    assert (first.a, first.b, first.deviations, first.superiority) == (0.0, 2.0, 2.0, 1.0)  # all: mean 1, deviation 1
    assert (second.name, second.deviations, second.superiority) == ("z1 slant", 0.0, 0.5)
    assert found.order() == [0, 1]
    assert found.mean_a.tolist() == [0.0, 2.0]
    assert found.mean_b.tolist() == [2.0, 2.0]


def test_it_is_antisymmetric_and_agrees_with_mann_and_whitney() -> None:
    random = np.random.RandomState(0)
    mu = random.normal(size=(60, 4)).round(1)  # rounded, so that there are ties
    a, b = list(range(25)), list(range(20, 60))
    there, back = differences(codes_of(mu), a, b), differences(codes_of(mu), b, a)
    for dim, (one, other) in enumerate(zip(there.dims, back.dims, strict=True)):
        assert one.deviations == pytest.approx(-other.deviations)
        assert one.superiority == pytest.approx(1 - other.superiority)
        values = mu[:, dim].astype(np.float32).astype(float)
        assert one.superiority == pytest.approx(mannwhitneyu(values[b], values[a]).statistic / (len(a) * len(b)))
        pairs = np.sign(values[b][:, None] - values[a][None])
        assert one.superiority == pytest.approx(((pairs + 1) / 2).mean())


def test_classes_and_factors() -> None:
    labels, factors = np.array([0, 0, 1, 2, -1]), np.array([[0], [4], [2], [2], [2]])
    found = differences(codes_of(np.zeros((5, 2)), labels, factors), [0, 1], [1, 2, 3, 4])
    assert found.classes == {"zero": (1.0, 0.25), "one": (0.0, 0.25), "two": (0.0, 0.25)}
    (size,) = found.factors
    assert (size.name, size.a, size.b) == ("size", 2.0, 2.5)
    assert [one.deviations for one in found.dims] == [0.0, 0.0]  # all codes are equal


@pytest.mark.parametrize(
    ("a", "b", "part"), [([], [1], "Group A is empty"), ([0], [5], "beyond the 5 test"), ([0], [-1], "Group B")]
)
def test_groups_that_cannot_be(a: list[int], b: list[int], part: str) -> None:
    with pytest.raises(BetascopeError, match=part):
        differences(codes_of(np.zeros((5, 2))), a, b)
