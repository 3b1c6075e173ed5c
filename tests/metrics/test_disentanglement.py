"""Measures of disentanglement on codes with known answers, against loops, and under changes that must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import spearmanr
from sklearn.metrics import mutual_info_score

from vae_core.metrics.coded import Coded, MetricError
from vae_core.metrics.dci import scores_of
from vae_core.metrics.disentanglement import SCORES, measure_scores
from vae_core.metrics.independence import independence, mean_pairwise_information
from vae_core.metrics.information import entropy, in_bins, mutual_information
from vae_core.metrics.irs import robustness
from vae_core.metrics.known_answers import self_check
from vae_core.metrics.separability import separability
from vae_core.metrics.shared_factor import Partners
from vae_core.metrics.udr import agreement, agreements, spearman, udr

FAST = [name for name, score in SCORES.items() if not score.slow]


def grid(copies=40, sizes=(3, 4, 2)):
    return np.tile(np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), -1).reshape(-1, len(sizes)), (copies, 1))  # fmt: skip


def coded(seed=0, dims=4, noise=0.5):
    """Codes that follow the factors, more or less."""
    random, values = np.random.RandomState(seed), grid()
    mixing = random.standard_normal((values.shape[1], dims))
    return Coded(values @ mixing + noise * random.standard_normal((len(values), dims)), values)


@pytest.mark.slow
def test_every_known_answer_is_found():
    checks = self_check()
    assert len(checks) > 45
    wrong = [f"{one.code}: {one.number} {one.found} for {one.expected}" for one in checks if not one.holds]
    assert wrong == []
    assert {one.number for one in checks} >= {number for score in SCORES.values() for number in score.numbers}


# -- information -------------------------------------------------------------------------------------------------
def test_information_is_that_of_scikit_learn():
    given_codes = coded()
    bins = in_bins(given_codes.codes)
    found = mutual_information(bins, given_codes.factors)
    for dim in range(4):
        for factor in range(3):
            wanted = mutual_info_score(bins[:, dim], given_codes.factors[:, factor])
            assert found[dim, factor] == pytest.approx(wanted, abs=1e-10)
    own = [mutual_info_score(column, column) for column in given_codes.factors.T]
    assert entropy(given_codes.factors) == pytest.approx(own, abs=1e-10)
    assert entropy(given_codes.factors) == pytest.approx(np.log([3, 4, 2]), abs=1e-10)


def test_bins_are_of_equal_width_and_the_last_holds_the_largest():
    values = np.linspace(0, 1, 101)[:, None]
    found = in_bins(values, 20)[:, 0]
    assert (found.min(), found.max()) == (1, 20)
    assert np.bincount(found)[1:].max() <= 6
    assert len(np.unique(in_bins(np.ones((30, 1)))[:, 0])) == 1
    with pytest.raises(MetricError, match="10 codes in 20 bins"):
        in_bins(values[:10])


# -- each score --------------------------------------------------------------------------------------------------
def test_partners_share_the_factor_and_come_evenly():
    values = grid()
    random = np.random.RandomState(0)
    rows = np.full(20_000, 5)
    for factor in range(3):
        drawn = Partners(values).draw(rows, np.full(20_000, factor), random)
        assert (values[drawn, factor] == values[5, factor]).all()
        same = int((values[:, factor] == values[5, factor]).sum())
        counts = np.bincount(drawn, minlength=len(values))
        assert (counts > 0).sum() == same
        assert counts.max() < 20_000 / same + 6 * np.sqrt(20_000 / same)


def test_dci_of_an_importance_matrix_is_its_formula():
    matrix = np.array([[0.8, 0.0], [0.2, 0.5], [0.0, 0.5]])

    def purity(row):
        share = (row + 1e-11) / (row + 1e-11).sum()
        return 1 + (share * np.log(share)).sum() / np.log(len(share))

    wanted_d = sum(row.sum() / 2 * purity(row) for row in matrix)
    wanted_c = sum(column.sum() / 2 * purity(column) for column in matrix.T)
    assert scores_of(matrix) == pytest.approx({"dci_disentanglement": wanted_d, "dci_completeness": wanted_c})
    assert scores_of(np.zeros((3, 2)))["dci_disentanglement"] == pytest.approx(0, abs=1e-9)


def test_robustness_is_its_formula():
    given_codes = coded()
    matrix, largest = robustness(given_codes.codes, given_codes.factors)
    codes, factors = given_codes.codes, given_codes.factors
    for dim in range(4):
        assert largest[dim] == pytest.approx(np.abs(codes[:, dim] - codes[:, dim].mean()).max())
        for factor in range(3):
            each = []
            for value in np.unique(factors[:, factor]):
                group = codes[factors[:, factor] == value, dim]
                each.append(np.percentile(np.abs(group - group.mean()), 99))
            assert matrix[dim, factor] == pytest.approx(1 - np.mean(each) / largest[dim])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(FAST))
def test_scores_keep_within_bounds_and_forget_order_and_sign(seed, name):
    one = coded(seed % 17)
    found = SCORES[name].function(one, 0).values()
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in found.values())
    random = np.random.RandomState(seed)
    order, signs = random.permutation(4), random.choice([-1.0, 1.0], 4)
    other = SCORES[name].function(Coded((one.codes * signs)[:, order], one.factors), 0).values()
    for number, value in found.items():
        # Bins and the classifiers' tolerances look at a code from its left end: a flip moves edges.
        assert other[number] == pytest.approx(value, abs=0.05), number


def test_scores_are_repeatable_and_shown_in_one_table():
    seen = []
    found = measure_scores(coded(), FAST, progress=lambda done, total: seen.append((done, total)))
    assert found == measure_scores(coded(), FAST)
    assert seen[-1] == (len(FAST), len(FAST))
    assert found.keys() == {number for name in FAST for number in SCORES[name].numbers}


# -- bad input ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("codes", "factors", "words"),
    [
        (np.full((100, 3), np.nan), grid()[:100], "dimension 0 hold numbers that are not finite"),
        (np.zeros((100, 3)), np.zeros((100, 0)), "no ground-truth factors"),
        (np.zeros((100, 3)), np.ones((100, 2)), "'factor 0' has one value"),
        (np.zeros((100, 3)), np.random.rand(100, 2), "integers"),
        (np.zeros((20, 3)), grid()[:20], "20 codes: too few"),
        (np.zeros((100, 1)), grid()[:100], "at least two"),
        (np.zeros((100, 3)), grid()[:90], r"\(100, 3\) and factors \(90, 3\)"),
    ],
)
def test_what_cannot_be_measured_is_reported(codes, factors, words):
    with pytest.raises(MetricError, match=words):
        Coded(codes, factors)


def test_values_that_are_never_learned_are_reported():
    values = grid(copies=4)
    values[0, 1] = 99
    given_codes = Coded(values.astype(float), values)
    with pytest.raises(MetricError, match="values too rare"):
        [given_codes.split(seed) for seed in range(40)]


# -- without factors ---------------------------------------------------------------------------------------------
def test_independence_against_closed_forms():
    codes = coded(dims=5).codes
    found, covariance = independence(codes), np.cov(codes.T)
    diagonal = np.diag(np.diag(covariance))
    wanted = 0.5 * (np.log(np.linalg.det(diagonal)) - np.log(np.linalg.det(covariance)))
    assert found["gaussian_tc"] == pytest.approx(wanted)
    root = sqrtm(diagonal)
    distance = np.trace(covariance + diagonal - 2 * sqrtm(root @ covariance @ root).real)
    assert found["wasserstein"] == pytest.approx(distance, rel=1e-6)
    assert found["wasserstein_norm"] == pytest.approx(distance / np.trace(covariance), rel=1e-6)
    bins = in_bins(codes)
    pairs = [mutual_info_score(bins[:, i], bins[:, j]) for i in range(5) for j in range(5) if i != j]
    assert mean_pairwise_information(codes) == pytest.approx(np.mean(pairs))
    with pytest.raises(MetricError, match="Fewer than two dimensions vary"):
        independence(np.hstack([codes[:, :1], np.zeros((len(codes), 3))]))


def test_models_that_agree_rank_higher():
    random = np.random.RandomState(0)
    codes = random.standard_normal((800, 4))
    turned = codes @ np.linalg.qr(random.standard_normal((4, 4)))[0]
    rates = [np.ones(4)] * 3
    agreeing = udr(agreements([codes, codes[:, [2, 0, 3, 1]] * -2.0, codes + 0.01], rates))
    assert agreeing.min() > 0.75
    apart = agreements([codes, turned], rates[:2])
    assert np.isnan(apart).tolist() == np.eye(2, dtype=bool).tolist()
    assert udr(apart)[0] == apart[0, 1] < agreeing.min()
    silent = np.hstack([codes, random.standard_normal((800, 2))])
    known = np.array([1.0, 1, 1, 1, 0.001, 0.0])
    assert udr(agreements([silent, silent], [known, known])) == pytest.approx(
        udr(agreements([codes, codes], rates[:2]))
    )
    assert agreement(np.eye(3)) == pytest.approx(1)
    assert agreement(np.full((4, 4), 0.5)) == pytest.approx(0.125)
    assert spearman(codes, turned) == pytest.approx(np.abs(spearmanr(codes, turned).statistic[:4, 4:]), abs=1e-6)
    with pytest.raises(MetricError, match="at least two"):
        agreements([codes], rates[:1])


def test_a_probe_separates_what_is_separable():
    random = np.random.RandomState(0)
    labels = random.randint(3, size=600)
    apart = np.eye(3)[labels] + 0.05 * random.standard_normal((600, 3))
    assert separability(apart, labels)["probe_accuracy"] == 1.0
    assert separability(random.standard_normal((600, 3)), labels)["probe_accuracy"] < 0.45
    with pytest.raises(MetricError, match="one label"):
        separability(apart, np.zeros(600, int))
    with pytest.raises(MetricError, match="class 3 has 1 images"):
        separability(apart, np.where(np.arange(600) == 0, 3, labels))
