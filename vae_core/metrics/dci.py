"""Disentanglement, completeness and informativeness (Eastwood & Williams 2018, §2), as in Locatello et al. 2019."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cores import free_cores
from .bootstrap import ScoreFunction
from .coded import Coded, Floats, Ints

Bools = NDArray[np.bool_]


def boosting(seed: int) -> Any:
    """The reference's classifier: gradient boosting with the defaults of scikit-learn."""
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(random_state=seed)


def forest(seed: int) -> Any:
    """A faster variant: a random forest, as in the experiments of Eastwood & Williams."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=seed)


CLASSIFIERS: dict[str, Callable[[int], Any]] = {"boosting": boosting, "forest": forest}


@dataclass(frozen=True)
class Importance:
    """matrix `(D, F)`: importance of each dimension for the classifier of each factor.

    right `(F, N)`: on which test points the classifier is right.
    """

    matrix: Floats
    right: Bools


def importance(coded: Coded, seed: int = 0, classifier: str = "boosting", jobs: int = 0) -> Importance:
    """Fit one classifier per factor, `jobs` at a time (0: one for each core that is free)."""
    from joblib import Parallel, delayed

    train, test = coded.split(seed)
    fits = Parallel(n_jobs=jobs or free_cores())(
        delayed(_fit)(train.codes, train_values, test.codes, test_values, seed, classifier)
        for train_values, test_values in zip(train.factors.T, test.factors.T, strict=True)
    )
    return Importance(np.stack([matrix for matrix, _ in fits], axis=1), np.stack([right for _, right in fits]))


def _fit(
    train_codes: Floats, train_values: Ints, test_codes: Floats, test_values: Ints, seed: int, classifier: str
) -> tuple[Floats, Bools]:
    model = CLASSIFIERS[classifier](seed).fit(train_codes, train_values)
    return np.abs(model.feature_importances_), model.predict(test_codes) == test_values


def dci(coded: Coded, seed: int = 0, classifier: str = "boosting") -> ScoreFunction:
    """dci_disentanglement, dci_completeness, dci_informativeness (accuracy), each from 0 to 1."""
    return score_function(importance(coded, seed, classifier))


def score_function(fits: Importance) -> ScoreFunction:
    """The numbers of fitted classifiers; only the accuracy can be resampled without another fit."""
    return ScoreFunction(
        fits.right.shape[1],
        lambda rows: {"dci_informativeness": float(fits.right[:, rows].mean())},
        scores_of(fits.matrix),
    )


def scores_of(matrix: Floats) -> dict[str, float]:
    """D: whether each dimension is important for one factor; C: whether one dimension is important for each factor."""
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
