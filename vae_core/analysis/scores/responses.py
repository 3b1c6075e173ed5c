"""How codes depend on factors: mean codes along a factor (Burgess et al. 2018, fig. 2), and images that vary in one factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...metrics.coded import MetricError
from ...metrics.information import entropy, in_bins, mutual_information
from ...runs import Run
from ..cache import cache_path
from ..codes.latents import Latents
from .supervised import mig_matrix


@dataclass(frozen=True)
class Response:
    """Codes over the values of one factor: values `(V,)`, mean and deviation `(V, D)` of mu, images `(V,)` of each value."""

    factor: str
    values: NDArray[np.int64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    images: NDArray[np.int64]


def responses(codes: Latents) -> list[Response]:
    """One response for each factor that varies.

    Raises:
        MetricError: the images have no factors.
    """
    if codes.factors is None:
        raise MetricError("These images have no ground-truth factors, so codes have no responses to them.")
    curves = []
    for name, column in zip(codes.factor_names, codes.factors.T, strict=True):
        values, index, counts = np.unique(column, return_inverse=True, return_counts=True)
        if len(values) < 2:
            continue
        sums = np.stack([np.bincount(index, column) for column in codes.mu.T.astype(np.float64)], axis=1)
        squares = np.stack([np.bincount(index, column**2) for column in codes.mu.T.astype(np.float64)], axis=1)
        mean = sums / counts[:, None]
        spread = np.sqrt(np.maximum(squares / counts[:, None] - mean**2, 0))
        curves.append(Response(name, values.astype(np.int64), mean, spread, counts))
    return curves


def information_of(codes: Latents) -> tuple[NDArray[np.float64], list[str]]:
    """I(z_d; v_k) over the factor's entropy, `(D, F)`, and the factors' names, on these codes alone, in 20 bins.

    Raises:
        MetricError: the images have no factors, or fewer codes than bins.
    """
    if codes.factors is None:
        raise MetricError("These images have no ground-truth factors, so there is no information on factors.")
    varying = [index for index in range(codes.factors.shape[1]) if np.ptp(codes.factors[:, index]) > 0]
    factors = codes.factors[:, varying].astype(np.int64)
    shares = mutual_information(in_bins(codes.mu.astype(np.float64)), factors) / entropy(factors)
    return shares, [codes.factor_names[index] for index in varying]


def information_in_view(run: Run, codes: Latents) -> tuple[NDArray[np.float64], list[str], str]:
    """The same, and which images it was computed on: those of the MIG if that is cached, else these.

    Raises:
        MetricError: the images have no factors, or fewer codes than bins.
    """
    if cache_path(run, "information", {"seed": 0}).exists():
        return *mig_matrix(run), "on the images that the MIG is computed on"
    return *information_of(codes), f"on {len(codes):,} test images"


def rows_along(factors: NDArray[np.integer], factor: int, row: int, count: int) -> list[int]:
    """Up to `count` rows at evenly spaced values of one factor, with the other factors as close as possible to those of `row`.

    factors `(N, F)`; each factor's distance is relative to its range.
    """
    values = np.unique(factors[:, factor])
    chosen = values[np.unique(np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int))]
    others = np.delete(factors, factor, axis=1).astype(np.float64)
    distance = (np.abs(others - others[row]) / np.maximum(np.ptp(others, axis=0), 1)).sum(1)
    return [int(np.where(factors[:, factor] == value, distance, np.inf).argmin()) for value in chosen]


def correlations(codes: Latents, dims: Sequence[int]) -> NDArray[np.float64]:
    """Pearson's r of the codes of each two of `dims`, `(len(dims), len(dims))`; 0 for a constant dimension."""
    mu = codes.mu[:, list(dims)].astype(np.float64)
    spread = mu.std(0)
    standard = (mu - mu.mean(0)) / np.where(spread > 0, spread, 1)
    return standard.T @ standard / len(mu)
