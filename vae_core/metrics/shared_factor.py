"""Scores from batches that share one factor: the β-VAE metric (Higgins et al. 2017, §3) and the FactorVAE score."""

from __future__ import annotations

import numpy as np

from .bootstrap import ScoreFunction
from .coded import TEST, TRAIN, Coded, Floats, Ints, MetricError, as_published

BATCH = 64
#: Dimensions with a smaller standard deviation are left out of the FactorVAE score: Locatello et al. 2019.
PRUNED = 0.05


class Partners:
    """Draws rows that share a factor's value with given rows, uniformly."""

    def __init__(self, factors: Ints) -> None:
        self.order = np.argsort(factors, axis=0, kind="stable")  # rows by value, for each factor
        self.start, self.count = np.empty_like(factors), np.empty_like(factors)
        for factor, column in enumerate(factors.T):
            _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
            starts = np.concatenate([[0], counts.cumsum()[:-1]])
            self.start[:, factor], self.count[:, factor] = starts[inverse.ravel()], counts[inverse.ravel()]

    def draw(self, rows: Ints, factor: Ints, random: np.random.RandomState) -> Ints:
        """For each of `rows`, a row with the same value of its `factor`; rows and factor of one shape."""
        offset = np.floor(random.random_sample(rows.shape) * self.count[rows, factor]).astype(np.int64)
        return self.order[self.start[rows, factor] + offset, factor]


def beta_vae_score(coded: Coded, seed: int = 0, points: tuple[int, int] = (TRAIN, TEST)) -> ScoreFunction:
    """beta_vae: accuracy of predicting which factor 64 pairs share from the mean of |z1 − z2|; chance is 1/F.

    A logistic regression with scikit-learn's defaults is trained on 10,000 such batches and tested on 5,000.
    """
    from sklearn.linear_model import LogisticRegression

    random, partners = np.random.RandomState(seed), Partners(coded.factors)

    def batches(count: int) -> tuple[Floats, Ints]:
        factor = random.randint(coded.factors.shape[1], size=count)
        first = random.randint(len(coded), size=(count, BATCH))
        second = partners.draw(first, np.repeat(factor[:, None], BATCH, axis=1), random)
        differences = np.stack(
            [np.abs(coded.codes[a] - coded.codes[b]).mean(0) for a, b in zip(first, second, strict=True)]
        )
        return differences, factor

    if coded.factors.shape[1] < 2:
        raise MetricError("A single factor: which one is shared is no question; use two or more.")
    with as_published():
        model = LogisticRegression(random_state=seed).fit(*batches(points[0]))
    differences, factor = batches(points[1])
    right = model.predict(differences) == factor
    return ScoreFunction(len(right), lambda rows: {"beta_vae": float(right[rows].mean())})


def factor_vae_score(coded: Coded, seed: int = 0, points: tuple[int, int] = (TRAIN, TEST)) -> ScoreFunction:
    """factor_vae: accuracy of predicting which factor a batch shares from the dimension that varies least, by majority vote.

    Kim & Mnih 2018, §3. Variances are relative to those of all codes (ddof = 1); dimensions that hardly vary are left
    out; without any other the score is 0.
    """
    random, partners = np.random.RandomState(seed), Partners(coded.factors)
    variances = coded.codes.var(0, ddof=1)
    active = np.sqrt(variances) >= PRUNED
    factors = coded.factors.shape[1]
    if not active.any():
        return ScoreFunction(1, lambda rows: {"factor_vae": 0.0})

    def votes(count: int) -> tuple[Ints, Ints]:
        factor = random.randint(factors, size=count)
        first = random.randint(len(coded), size=(count, 1))
        rows = partners.draw(np.repeat(first, BATCH, axis=1), np.repeat(factor[:, None], BATCH, axis=1), random)
        least = np.array(
            [np.argmin(coded.codes[batch][:, active].var(0, ddof=1) / variances[active]) for batch in rows]
        )
        return factor, least

    table = np.zeros((factors, int(active.sum())))
    np.add.at(table, votes(points[0]), 1)
    factor, least = votes(points[1])
    right = table.argmax(0)[least] == factor
    return ScoreFunction(len(right), lambda rows: {"factor_vae": float(right[rows].mean())})
