"""The interventional robustness score (Suter et al. 2019, §4), as in Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .coded import TRAIN, Coded, Floats
from .information import BINS, in_bins

#: Of the deviations within a group: the largest but for outliers.
QUANTILE = 0.99


def robustness(coded: Coded) -> tuple[Floats, Floats]:
    """How still each dimension stands while one factor is fixed and the others move, `(D, F)` in [0, 1], and the largest
    deviation of each dimension `(D,)`; constant dimensions are left out.
    """
    codes = coded.codes[:TRAIN]
    codes = codes[:, codes.var(0) > 0]
    factors = coded.factors[:TRAIN]
    many = np.array([len(np.unique(column)) > BINS for column in factors.T])
    if many.any():
        factors = factors.copy()
        factors[:, many] = in_bins(factors[:, many].astype(np.float64))
    largest = np.abs(codes - codes.mean(0)).max(0) if codes.size else np.zeros(0)
    found = np.zeros((codes.shape[1], factors.shape[1]))
    for index, column in enumerate(factors.T):
        values = np.unique(column)
        for value in values:
            group = codes[column == value]
            found[:, index] += np.quantile(np.abs(group - group.mean(0)), QUANTILE, axis=0) / len(values)
    return 1 - found / largest[:, None] if codes.size else found, largest


def irs(coded: Coded, seed: int = 0) -> dict[str, float]:
    """irs: of each dimension the best factor's robustness, weighted by its largest deviation; from 0 to 1."""
    matrix, largest = robustness(coded)
    if not matrix.size:
        return {"irs": 0.0}
    return {"irs": float(np.average(matrix.max(1), weights=largest))}
