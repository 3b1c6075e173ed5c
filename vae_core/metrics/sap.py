"""The separated attribute predictability (Kumar et al. 2018, §3), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .coded import Coded, Floats, as_published


def predictability(coded: Coded, seed: int = 0) -> Floats:
    """Test accuracy of telling factor k from dimension d alone by a linear SVM (C = 0.01, balanced), `(D, F)`."""
    from sklearn.svm import LinearSVC

    learn, judge = coded.split(seed)
    found = np.empty((coded.dims, coded.factors.shape[1]))
    with as_published():
        for dim in range(coded.dims):
            for factor in range(found.shape[1]):
                model = LinearSVC(C=0.01, class_weight="balanced", random_state=seed, dual="auto")
                model.fit(learn.codes[:, [dim]], learn.factors[:, factor])
                found[dim, factor] = model.score(judge.codes[:, [dim]], judge.factors[:, factor])
    return found


def sap(coded: Coded, seed: int = 0) -> dict[str, float]:
    """sap: how much better the best dimension tells a factor than the second best; mean over factors, from 0 to 1."""
    ranked = np.sort(predictability(coded, seed), axis=0)[::-1]
    return {"sap": float((ranked[0] - ranked[1]).mean())}
