"""The unsupervised disentanglement ranking (Duan et al. 2020, §4): models of one kind that agree rank highest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .coded import Floats, MetricError

#: Dimensions with a smaller mean KL are left out as uninformative.
INFORMATIVE = 0.01


def spearman(a: Floats, b: Floats) -> Floats:
    """|rank correlation| of each dimension of `a (N, A)` with each of `b (N, B)`, `(A, B)`."""
    ranks = [np.argsort(np.argsort(codes, axis=0), axis=0).astype(float) for codes in (a, b)]
    ranks = [(values - values.mean(0)) / values.std(0) for values in ranks]
    return np.abs(ranks[0].T @ ranks[1]) / len(a)


def lasso(a: Floats, b: Floats) -> Floats:
    """|weights| of a Lasso (α = 0.1) from all standardised dimensions of `a` to each of `b`, `(A, B)`."""
    from sklearn.linear_model import Lasso

    a, b = ((codes - codes.mean(0)) / codes.std(0) for codes in (a, b))
    return np.abs(np.stack([np.atleast_1d(Lasso(alpha=0.1).fit(a, column).coef_) for column in b.T], axis=1))


SIMILARITIES: dict[str, Callable[[Floats, Floats], Floats]] = {"lasso": lasso, "spearman": spearman}


def agreement(matrix: Floats) -> float:
    """How one-to-one a similarity `(A, B)` is: mean of max²/sum over columns and over rows, in [0, 1] for similarities in it."""

    def along(values: Floats) -> float:
        best, total = values.max(0), values.sum(0)
        return float(np.where(total > 0, best**2 / np.where(total > 0, total, 1), 0).mean())

    return 0.5 * (along(matrix) + along(matrix.T))


def agreements(codes: Sequence[Floats], rates: Sequence[Floats], similarity: str = "lasso") -> Floats:
    """How one-to-one the dimensions of each pair of models are, `(K, K)`: UDR_ij of eq. 2, NaN on the diagonal.

    codes: `(N, D)` of the same N images for each of K models; rates: mean KL of each dimension `(D,)`. The Lasso fits the
    dimensions of model j from those of model i, so the matrix is not symmetric.

    Raises:
        MetricError: fewer than two models, or different numbers of images.
    """
    if len(codes) < 2:
        raise MetricError("UDR compares seeds: train the same model with at least two of them.")
    if len({len(of_model) for of_model in codes}) > 1:
        raise MetricError("UDR compares codes of the same images; these are of different numbers of images.")
    informative = [of_model[:, np.asarray(rate) > INFORMATIVE] for of_model, rate in zip(codes, rates, strict=True)]
    matrix = np.full((len(codes), len(codes)), np.nan)
    for i, a in enumerate(informative):
        for j, b in enumerate(informative):
            if i != j:
                matrix[i, j] = agreement(SIMILARITIES[similarity](a, b)) if a.shape[1] and b.shape[1] else 0.0
    return matrix


def udr(matrix: Floats) -> Floats:
    """One score per model `(K,)`: the median of its `agreements (K, K)` with the others."""
    return np.asarray(np.nanmedian(matrix, axis=1))
