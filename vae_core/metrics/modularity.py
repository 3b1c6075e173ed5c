"""Modularity and explicitness (Ridgeway & Mozer 2018, §2), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .coded import Coded, as_published
from .information import code_information


def modularity(coded: Coded, seed: int = 0) -> dict[str, float]:
    """modularity: whether each dimension tells of one factor only; from 0 to 1, mean over dimensions.

    A dimension that tells nothing counts as 0. With one factor there is nothing to confuse: 1 where it tells anything.
    """
    learn, _ = coded.split(seed)
    squares = np.square(code_information(learn))
    best = squares.max(1)
    others = squares.sum(1) - best
    room = best * max(1, squares.shape[1] - 1)
    each = np.where(best > 0, 1 - others / np.where(room > 0, room, 1), 0.0)
    return {"modularity": float(each.mean())}


def explicitness(coded: Coded, seed: int = 0) -> dict[str, float]:
    """explicitness: area under the ROC of telling each value of a factor, by logistic regression on standardised codes.

    Mean over values, then over factors; chance is 0.5. On the points to be judged.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    learn, judge = coded.split(seed)
    centre, spread = learn.codes.mean(0), learn.codes.std(0)
    spread = np.where(spread > 0, spread, 1)
    scores = []
    for known, asked in zip(learn.factors.T, judge.factors.T, strict=True):
        with as_published():
            model = LogisticRegression().fit((learn.codes - centre) / spread, known)
        odds = model.predict_proba((judge.codes - centre) / spread)
        each = [
            roc_auc_score(asked == value, odds[:, place])
            for place, value in enumerate(model.classes_)
            if 0 < (asked == value).sum() < len(asked)
        ]
        scores.append(np.mean(each))
    return {"explicitness": float(np.mean(scores))}
