"""The separated attribute predictability (Kumar et al. 2018, §3), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bootstrap import ScoreFunction
from .coded import Coded, Ints, as_published


def predictability(coded: Coded, seed: int = 0) -> NDArray[np.bool_]:
    """On which test points a linear SVM (C = 0.01, balanced) predicts factor k from dimension d alone, `(D, F, N)`."""
    from sklearn.svm import LinearSVC

    train, test = coded.split(seed)
    right = np.empty((coded.dims, coded.factors.shape[1], len(test)), dtype=bool)
    with as_published():
        for dim in range(coded.dims):
            for factor in range(right.shape[1]):
                model = LinearSVC(C=0.01, class_weight="balanced", random_state=seed, dual="auto")
                model.fit(train.codes[:, [dim]], train.factors[:, factor])
                right[dim, factor] = model.predict(test.codes[:, [dim]]) == test.factors[:, factor]
    return right


def sap(coded: Coded, seed: int = 0) -> ScoreFunction:
    """sap: accuracy of the best dimension minus that of the second best; mean over factors, from 0 to 1."""
    right = predictability(coded, seed)

    def of(rows: Ints) -> dict[str, float]:
        ranked = np.sort(right[:, :, rows].mean(2), axis=0)[::-1]
        return {"sap": float((ranked[0] - ranked[1]).mean())}

    return ScoreFunction(right.shape[2], of)
