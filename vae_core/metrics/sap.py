"""The separated attribute predictability (Kumar et al. 2018, §3), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bootstrap import ScoreFunction
from .coded import Coded, Ints, as_published


def predictability(coded: Coded, seed: int = 0) -> NDArray[np.bool_]:
    """On which points a linear SVM (C = 0.01, balanced) tells factor k from dimension d alone, `(D, F, N)`."""
    from sklearn.svm import LinearSVC

    learn, judge = coded.split(seed)
    found = np.empty((coded.dims, coded.factors.shape[1], len(judge)), dtype=bool)
    with as_published():
        for dim in range(coded.dims):
            for factor in range(found.shape[1]):
                model = LinearSVC(C=0.01, class_weight="balanced", random_state=seed, dual="auto")
                model.fit(learn.codes[:, [dim]], learn.factors[:, factor])
                found[dim, factor] = model.predict(judge.codes[:, [dim]]) == judge.factors[:, factor]
    return found


def sap(coded: Coded, seed: int = 0) -> ScoreFunction:
    """sap: how much better the best dimension tells a factor than the second best; mean over factors, from 0 to 1."""
    right = predictability(coded, seed)

    def of(rows: Ints) -> dict[str, float]:
        ranked = np.sort(right[:, :, rows].mean(2), axis=0)[::-1]
        return {"sap": float((ranked[0] - ranked[1]).mean())}

    return ScoreFunction(right.shape[2], of)
