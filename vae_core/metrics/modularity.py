"""Modularity and explicitness (Ridgeway & Mozer 2018, §2), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bootstrap import ScoreFunction
from .coded import Coded, Floats, Ints, as_published
from .information import counted_information, from_zero, in_bins


def modularity(coded: Coded, seed: int = 0) -> ScoreFunction:
    """modularity: whether each dimension has information on one factor only; from 0 to 1, mean over dimensions.

    A dimension without information counts as 0. With a single factor every other dimension counts as 1.
    """
    train, _ = coded.split(seed)
    bins, factors = from_zero(in_bins(train.codes)), from_zero(train.factors)

    def of(rows: Ints) -> dict[str, float]:
        squares = np.square(counted_information(bins[rows], factors[rows]))
        best = squares.max(1)
        others = squares.sum(1) - best
        largest = best * max(1, squares.shape[1] - 1)
        per_dim = np.where(best > 0, 1 - others / np.where(largest > 0, largest, 1), 0.0)
        return {"modularity": float(per_dim.mean())}

    return ScoreFunction(len(train), of)


def explicitness(coded: Coded, seed: int = 0) -> ScoreFunction:
    """explicitness: area under the ROC of a logistic regression from standardised codes to each value of a factor.

    Mean over values, then over factors; chance is 0.5. On the test points.
    """
    from sklearn.linear_model import LogisticRegression

    train, test = coded.split(seed)
    centre, spread = train.codes.mean(0), train.codes.std(0)
    spread = np.where(spread > 0, spread, 1)
    predictions: list[list[tuple[Ints, NDArray[np.bool_]]]] = []  # factor → value → ranks of the odds, and the truth
    for train_values, test_values in zip(train.factors.T, test.factors.T, strict=True):
        with as_published():
            model = LogisticRegression().fit((train.codes - centre) / spread, train_values)
        odds = model.predict_proba((test.codes - centre) / spread)
        ranks = from_zero(odds)
        predictions.append([(ranks[:, column], test_values == value) for column, value in enumerate(model.classes_)])

    def of(rows: Ints) -> dict[str, float]:
        times = np.bincount(rows, minlength=len(test)).astype(np.float64)
        areas = [[area_under_roc(ranks, truth, times) for ranks, truth in values] for values in predictions]
        defined = [[area for area in row if area == area] for row in areas]  # NaN: no point has this value
        return {"explicitness": float(np.mean([np.mean(row) for row in defined])) if all(defined) else float("nan")}

    return ScoreFunction(len(test), of)


def area_under_roc(ranks: Ints, truth: NDArray[np.bool_], times: Floats) -> float:
    """The share of (true, false) pairs of points in which the true one ranks higher; ties count half.

    ranks `(N,)` from 0, truth `(N,)`, times `(N,)`: how often each point counts. NaN without any pair.
    """
    true, false = (np.bincount(ranks, times * chosen, minlength=ranks.max() + 1) for chosen in (truth, ~truth))
    pairs = true.sum() * false.sum()
    below = false.cumsum() - 0.5 * false
    return float((true * below).sum() / pairs) if pairs else float("nan")
