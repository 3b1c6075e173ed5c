"""Disentanglement, completeness and informativeness (Eastwood & Williams 2018, §2), as in Locatello et al. 2019."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bootstrap import ScoreFunction
from .coded import Coded, Floats, Ints

Bools = NDArray[np.bool_]


def boosting(seed: int) -> Any:
    """The reference's classifier: gradient boosting with the defaults of scikit-learn."""
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(random_state=seed)


def forest(seed: int) -> Any:
    """A named, faster variant: a random forest, as in Eastwood & Williams's own experiments."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=seed)


CLASSIFIERS: dict[str, Callable[[int], Any]] = {"boosting": boosting, "forest": forest}


@dataclass(frozen=True)
class Importance:
    """matrix `(D, F)`: how much each dimension tells the classifier of each factor.

    right `(F, N)`: on which unseen points it is right.
    """

    matrix: Floats
    right: Bools


def importance(coded: Coded, seed: int = 0, classifier: str = "boosting", jobs: int = -1) -> Importance:
    """Fit one classifier per factor, `jobs` at a time (−1: one for each core)."""
    from joblib import Parallel, delayed

    learn, judge = coded.split(seed)
    fits = Parallel(n_jobs=jobs)(
        delayed(_fit)(learn.codes, known, judge.codes, asked, seed, classifier)
        for known, asked in zip(learn.factors.T, judge.factors.T, strict=True)
    )
    return Importance(np.stack([matrix for matrix, _ in fits], axis=1), np.stack([right for _, right in fits]))


def _fit(codes: Floats, known: Ints, others: Floats, asked: Ints, seed: int, classifier: str) -> tuple[Floats, Bools]:
    model = CLASSIFIERS[classifier](seed).fit(codes, known)
    return np.abs(model.feature_importances_), model.predict(others) == asked


def dci(coded: Coded, seed: int = 0, classifier: str = "boosting") -> ScoreFunction:
    """dci_disentanglement, dci_completeness, dci_informativeness (accuracy), each from 0 to 1."""
    return score_function(importance(coded, seed, classifier))


def score_function(fits: Importance) -> ScoreFunction:
    """The numbers of fitted classifiers; only the accuracy rests on points that can be drawn again without a fit."""
    return ScoreFunction(
        fits.right.shape[1],
        lambda rows: {"dci_informativeness": float(fits.right[:, rows].mean())},
        scores_of(fits.matrix),
    )


def scores_of(matrix: Floats) -> dict[str, float]:
    """D: does a dimension serve one factor; C: is a factor served by one dimension; weighted by importance."""
    if matrix.sum() == 0:
        matrix = np.ones_like(matrix)
    total = matrix.sum()
    return {
        "dci_disentanglement": float((matrix.sum(1) / total * _purity(matrix)).sum()),
        "dci_completeness": float((matrix.sum(0) / total * _purity(matrix.T)).sum()),
    }


def _purity(matrix: Floats) -> Floats:
    """1 − entropy of each row in base of its length, `(rows,)`; a row of one entry is pure."""
    if matrix.shape[1] == 1:
        return np.ones(len(matrix))
    share = matrix + 1e-11
    share = share / share.sum(1, keepdims=True)
    return 1 + (share * np.log(share)).sum(1) / np.log(matrix.shape[1])
