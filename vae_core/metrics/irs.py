"""The interventional robustness score (Suter et al. 2019, §4), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .bootstrap import ScoreFunction
from .coded import TRAIN, Coded, Floats, Ints
from .information import BINS, in_bins

#: Of the deviations within a group: the largest without outliers.
QUANTILE = 0.99


def robustness(codes: Floats, factors: Ints) -> tuple[Floats, Floats]:
    """How little each dimension changes while one factor is fixed and the others vary, `(D, F)` in [0, 1], and the largest
    deviation of each dimension `(D,)`; constant dimensions are left out.
    """
    codes = codes[:, codes.var(0) > 0]
    largest = np.abs(codes - codes.mean(0)).max(0) if codes.size else np.zeros(0)
    deviation = np.zeros((codes.shape[1], factors.shape[1]))
    for index, column in enumerate(factors.T):
        values = np.unique(column)
        for value in values:
            group = codes[column == value]
            deviation[:, index] += np.quantile(np.abs(group - group.mean(0)), QUANTILE, axis=0) / len(values)
    return 1 - deviation / largest[:, None] if codes.size else deviation, largest


def grouped(factors: Ints) -> Ints:
    """Factors `(N, F)` of more than 20 values in 20 bins."""
    fine = np.array([len(np.unique(column)) > BINS for column in factors.T])
    if fine.any():
        factors = factors.copy()
        factors[:, fine] = in_bins(factors[:, fine].astype(np.float64))
    return factors


def irs(coded: Coded, seed: int = 0) -> ScoreFunction:
    """irs: robustness of each dimension for its best factor, weighted by its largest deviation; from 0 to 1."""
    codes, factors = coded.codes[:TRAIN], grouped(coded.factors[:TRAIN])

    def of(rows: Ints) -> dict[str, float]:
        matrix, largest = robustness(codes[rows], factors[rows])
        return {"irs": float(np.average(matrix.max(1), weights=largest)) if matrix.size else 0.0}

    return ScoreFunction(len(codes), of)
