"""Modularity and explicitness (Ridgeway & Mozer 2018, §2), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bootstrap import ScoreFunction
from .coded import Coded, Floats, Ints, as_published
from .information import counted_information, from_zero, in_bins


def modularity(coded: Coded, seed: int = 0) -> ScoreFunction:
    """modularity: whether each dimension tells of one factor only; from 0 to 1, mean over dimensions.

    A dimension that tells nothing counts as 0. With one factor there is nothing to confuse: 1 where it tells anything.
    """
    learn, _ = coded.split(seed)
    bins, factors = from_zero(in_bins(learn.codes)), from_zero(learn.factors)

    def of(rows: Ints) -> dict[str, float]:
        squares = np.square(counted_information(bins[rows], factors[rows]))
        best = squares.max(1)
        others = squares.sum(1) - best
        room = best * max(1, squares.shape[1] - 1)
        each = np.where(best > 0, 1 - others / np.where(room > 0, room, 1), 0.0)
        return {"modularity": float(each.mean())}

    return ScoreFunction(len(learn), of)


def explicitness(coded: Coded, seed: int = 0) -> ScoreFunction:
    """explicitness: area under the ROC of telling each value of a factor, by logistic regression on standardised codes.

    Mean over values, then over factors; chance is 0.5. On the points to be judged.
    """
    from sklearn.linear_model import LogisticRegression

    learn, judge = coded.split(seed)
    centre, spread = learn.codes.mean(0), learn.codes.std(0)
    spread = np.where(spread > 0, spread, 1)
    asked_of: list[list[tuple[Ints, NDArray[np.bool_]]]] = []  # factor → value → ranks of the odds, and the truth
    for known, asked in zip(learn.factors.T, judge.factors.T, strict=True):
        with as_published():
            model = LogisticRegression().fit((learn.codes - centre) / spread, known)
        odds = model.predict_proba((judge.codes - centre) / spread)
        ranks = from_zero(odds)
        asked_of.append([(ranks[:, place], asked == value) for place, value in enumerate(model.classes_)])

    def of(rows: Ints) -> dict[str, float]:
        times = np.bincount(rows, minlength=len(judge)).astype(np.float64)
        areas = [[area_under_roc(ranks, truth, times) for ranks, truth in values] for values in asked_of]
        told = [[area for area in each if area == area] for each in areas]  # a value that nobody has has no area
        return {"explicitness": float(np.mean([np.mean(each) for each in told])) if all(told) else float("nan")}

    return ScoreFunction(len(judge), of)


def area_under_roc(ranks: Ints, truth: NDArray[np.bool_], times: Floats) -> float:
    """The share of (true, false) pairs of points in which the true one ranks higher; equal ranks count half.

    ranks `(N,)` from 0, truth `(N,)`, times `(N,)`: how often each point counts. NaN without any pair.
    """
    true, false = (np.bincount(ranks, times * chosen, minlength=ranks.max() + 1) for chosen in (truth, ~truth))
    pairs = true.sum() * false.sum()
    below = false.cumsum() - 0.5 * false
    return float((true * below).sum() / pairs) if pairs else float("nan")
