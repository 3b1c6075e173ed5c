"""Codes mixed from two images: some dimensions from one, the others from the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: A dimension stands for a factor where it has at least this share of what the best dimension has of it.
ENOUGH = 0.5
#: Information from which on a dimension tells something of another factor, too, of that factor's entropy.
CLEAR = 0.3


@dataclass(frozen=True)
class FactorDimensions:
    """The dimensions that stand for a factor: those with at least half the information of the best one. share: of the
    factor's entropy that the best one has, 0 to 1. also: other factors that move with them, by name.
    """

    name: str
    dims: list[int]
    share: float
    also: list[str]


def factor_dimensions(share: NDArray[np.float64], names: Sequence[str]) -> list[FactorDimensions]:
    """For each factor its dimensions, from I(z_d; v_k) / H(v_k) `(D, F)`."""
    found = []
    for factor, name in enumerate(names):
        column = share[:, factor]
        dims = [int(dim) for dim in np.argsort(-column, kind="stable") if column[dim] >= ENOUGH * column.max() > 0]
        also = [other for index, other in enumerate(names) if index != factor and dims and share[dims, index].max() >= CLEAR]  # fmt: skip
        found.append(FactorDimensions(name, dims, float(column.max()), also))
    return found


def mixed(a: NDArray[np.float32], b: NDArray[np.float32], dims: Collection[int], share: float) -> NDArray[np.float32]:
    """a + share · (b − a) in the dimensions `dims`, a in all others. a, b `(D,)`; share 0 to 1."""
    taken = np.isin(np.arange(len(a)), list(dims))
    return np.where(taken, a + share * (b - a), a).astype(np.float32)
