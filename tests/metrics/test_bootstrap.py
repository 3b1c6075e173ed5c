"""Intervals: how wide they are, that they hold the truth, and what they are not given for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from vae_core.metrics.bootstrap import ScoreFunction
from vae_core.metrics.coded import Coded, MetricError
from vae_core.metrics.disentanglement import SCORES
from vae_core.metrics.modularity import area_under_roc


def shares(right: np.ndarray) -> ScoreFunction:
    return ScoreFunction(len(right), lambda rows: {"share": float(right[rows].mean())}, {"other": 0.5})


def test_an_interval_is_that_of_a_share():
    right = np.random.RandomState(0).random_sample(2000) < 0.3
    found = shares(right).estimates(resamples=400)
    value = right.mean()
    wanted = 1.96 * np.sqrt(value * (1 - value) / len(right))
    assert found["share"].value == pytest.approx(value)
    assert found["share"].high - value == pytest.approx(wanted, rel=0.12)
    assert value - found["share"].low == pytest.approx(wanted, rel=0.12)
    assert (found["other"].value, found["other"].low, found["other"].high) == (0.5, None, None)
    assert found == shares(right).estimates(resamples=400)


def test_intervals_hold_the_truth_as_often_as_they_say():
    held = 0
    for seed in range(200):
        one = shares(np.random.RandomState(seed).random_sample(300) < 0.4).estimates(seed, 100)["share"]
        held += one.low <= 0.4 <= one.high
    assert 0.89 <= held / 200 <= 0.99


@pytest.mark.parametrize("name", [name for name, score in SCORES.items() if not score.slow])
def test_every_score_lies_in_its_interval_and_more_points_narrow_it(name):
    random = np.random.RandomState(1)

    def width(points: int) -> float:
        values = random.randint(3, size=(points, 3))
        coded = Coded(values @ random.standard_normal((3, 4)) + random.standard_normal((points, 4)), values)
        found = SCORES[name].function(coded, 0).estimates(resamples=60)
        assert found.keys() == SCORES[name].numbers.keys()
        one = found[name]
        assert 0 <= one.low <= one.value <= one.high <= 1
        return one.high - one.low

    few, many = width(600), width(12_000)
    # Evaluated on 5,000 batches however many points there are; ruled by the largest deviation of a single point.
    if name not in ("beta_vae", "factor_vae", "irs"):
        assert many < 0.6 * few
    assert many > 0


def test_the_area_under_the_roc_is_that_of_scikit_learn():
    random = np.random.RandomState(0)
    for _ in range(20):
        ranks, truth = random.randint(12, size=200), random.random_sample(200) < 0.3
        rows = random.randint(200, size=200)
        times = np.bincount(rows, minlength=200).astype(float)
        assert area_under_roc(ranks, truth, np.ones(200)) == pytest.approx(roc_auc_score(truth, ranks))
        assert area_under_roc(ranks, truth, times) == pytest.approx(roc_auc_score(truth[rows], ranks[rows]))
    assert np.isnan(area_under_roc(ranks, np.ones(200, bool), np.ones(200)))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000), rows=st.integers(40, 150), rare=st.integers(0, 4), dead=st.integers(0, 3),
    name=st.sampled_from([name for name, score in SCORES.items() if not score.slow]),
)  # fmt: skip
def test_from_little_a_number_or_a_sentence(seed, rows, rare, dead, name):
    """Few images, rare values, dimensions that never move: a number within bounds, or one sentence on why there is none."""
    random = np.random.RandomState(seed)
    factors = random.randint(2, size=(rows, 2))
    factors[:rare, 0] = 2
    codes = random.standard_normal((rows, 3))
    codes[:, :dead] = 0.5
    try:
        found = SCORES[name].function(Coded(codes, factors), 0).estimates(resamples=10)
    except MetricError:
        return
    for one in found.values():
        assert 0 <= one.low <= one.value <= one.high <= 1
