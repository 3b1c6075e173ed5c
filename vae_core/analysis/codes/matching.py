"""Matching of the latent dimensions of two models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .latents import Latents


@dataclass(frozen=True)
class Match:
    """dim: the other model's dimension; correlation: Pearson's r of both codes over the same images, −1 to 1."""

    dim: int
    correlation: float

    @property
    def sign(self) -> int:
        """1 if both increase together, −1 if one decreases as the other increases."""
        return -1 if self.correlation < 0 else 1


def match_dimensions(reference: Latents, other: Latents) -> list[Match | None]:
    """For each dimension of `reference` its match in `other`, one to one, with the largest sum of |r|.

    The assignment is optimal (Kuhn 1955), as for comparing units across networks in Li et al. 2016, §3.2. Codes of the
    same test images are compared, as many as both have. None where `other` has too few dimensions.
    """
    from scipy.optimize import linear_sum_assignment

    n = min(len(reference), len(other))
    r = correlations(reference.mu[:n], other.mu[:n])  # (D, E)
    rows, columns = linear_sum_assignment(-np.abs(r))
    matches: list[Match | None] = [None] * reference.dims
    for row, column in zip(rows, columns, strict=True):
        matches[int(row)] = Match(int(column), float(r[row, column]))
    return matches


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r of each column of `a (n, D)` with each of `b (n, E)`; 0 for a constant column. `(D, E)`."""
    a, b = (codes.astype(np.float64) - codes.mean(0, dtype=np.float64) for codes in (a, b))
    norms = np.outer(np.linalg.norm(a, axis=0), np.linalg.norm(b, axis=0))
    return np.divide(a.T @ b, norms, out=np.zeros_like(norms), where=norms > 1e-12)
