"""Statistical dependence between dimensions, which needs no factors: as in Locatello et al. 2019, appendix B."""

from __future__ import annotations

import numpy as np

from .coded import Floats, MetricError
from .information import in_bins, mutual_information


def varying_dims(codes: Floats) -> Floats:
    """The dimensions that vary, `(N, ≤ D)`.

    Raises:
        MetricError: fewer than two, or numbers that are not finite.
    """
    codes = np.asarray(codes, dtype=np.float64)
    if not np.isfinite(codes).all():
        raise MetricError("Codes hold numbers that are not finite; nothing can be measured.")
    varying = codes[:, codes.var(0) > 1e-12]
    if varying.shape[1] < 2:
        raise MetricError("Fewer than two dimensions vary, so there is no dependence to measure.")
    return varying


def gaussian_total_correlation(codes: Floats) -> float:
    """KL of a Gaussian with the codes' covariance to the product of its marginals, in nats; 0 without correlation.

    Watanabe 1960; of codes `(N, D)`.
    """
    covariance = np.cov(varying_dims(codes).T)
    return float(0.5 * (np.log(np.diag(covariance)).sum() - np.linalg.slogdet(covariance)[1]))


def wasserstein_correlation(codes: Floats) -> tuple[float, float]:
    """Squared Wasserstein distance of the same two Gaussians, and its ratio to the total variance, in [0, 2]."""
    covariance = np.cov(varying_dims(codes).T)
    root = np.sqrt(np.diag(covariance))
    # trace of the root of √Σ_d Σ √Σ_d, a symmetric matrix: the sum of the roots of its eigenvalues
    inner = np.linalg.eigvalsh(root[:, None] * covariance * root[None, :]).clip(min=0)
    distance = 2 * (np.trace(covariance) - np.sqrt(inner).sum())
    return float(max(0.0, distance)), float(max(0.0, distance) / np.trace(covariance))


def mean_pairwise_information(codes: Floats) -> float:
    """Mean mutual information of two different dimensions in 20 bins, in nats."""
    bins = in_bins(varying_dims(codes))
    matrix = mutual_information(bins, bins)
    return float(matrix[~np.eye(len(matrix), dtype=bool)].mean())


def independence(codes: Floats) -> dict[str, float]:
    """gaussian_tc, wasserstein, wasserstein_norm, pairwise_information: the smaller, the more independent."""
    distance, share = wasserstein_correlation(codes)
    return {
        "gaussian_tc": gaussian_total_correlation(codes),
        "wasserstein": distance,
        "wasserstein_norm": share,
        "pairwise_information": mean_pairwise_information(codes),
    }
