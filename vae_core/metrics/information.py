"""Mutual information of binned codes, in nats: the basis of MIG, modularity and pairwise information."""

from __future__ import annotations

import numpy as np

from .coded import Coded, Floats, Ints, MetricError

#: Bins of equal width for each dimension: Locatello et al. 2019, appendix C.
BINS = 20


def in_bins(values: Floats, bins: int = BINS) -> Ints:
    """Each column of `(N, D)` in `bins` bins of equal width, 1 to `bins`; a constant column is all in one bin.

    Raises:
        MetricError: fewer rows than bins.
    """
    if len(values) < bins:
        raise MetricError(f"{len(values)} codes in {bins} bins: use at least as many images as bins.")
    return np.stack([np.digitize(column, np.histogram(column, bins)[1][:-1]) for column in values.T], axis=1)


def mutual_information(a: Ints, b: Ints) -> Floats:
    """Of each column of `a (N, A)` with each of `b (N, B)`, in nats, `(A, B)`; from joint counts, without a bias correction."""
    return counted_information(from_zero(a), from_zero(b))


def counted_information(a: Ints, b: Ints) -> Floats:
    """The same for columns whose values are numbered from 0."""
    information = np.empty((a.shape[1], b.shape[1]))
    for i, left in enumerate(a.T):
        for j, right in enumerate(b.T):
            width = right.max() + 1
            joint = np.bincount(left * width + right, minlength=(left.max() + 1) * width).reshape(-1, width) / len(left)
            product = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
            observed = joint > 0
            ratio = joint[observed] / product[observed]
            information[i, j] = max(0.0, float((joint[observed] * np.log(ratio)).sum()))
    return information


def entropy(values: Ints) -> Floats:
    """Of each column `(N, F)`, in nats, `(F,)`."""
    nats = np.empty(values.shape[1])
    for j, column in enumerate(from_zero(values).T):
        share = np.bincount(column) / len(column)
        nats[j] = -(share[share > 0] * np.log(share[share > 0])).sum()
    return nats


def code_information(coded: Coded, bins: int = BINS) -> Floats:
    """I(z_d; v_k) of binned codes and factors in nats, `(D, F)`: the matrix of the MIG and modularity."""
    return mutual_information(in_bins(coded.codes, bins), coded.factors)


def from_zero(values: Ints) -> Ints:
    """Each column's values numbered from 0 in their order."""
    return np.stack([np.unique(column, return_inverse=True)[1].ravel() for column in values.T], axis=1)
