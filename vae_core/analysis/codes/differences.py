"""What differs between two groups of test images: which dimensions, factors and classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...config import BetascopeError
from .latents import Latents


@dataclass(frozen=True)
class Difference:
    """How one number of group B differs from that of group A.

    a, b: its means. deviations: b − a in standard deviations of all images; 0 where all have the same number. superiority: how
    often a random image of B has the larger one, ties counting half (the common language effect size of McGraw & Wong 1992), 0 to 1.
    """

    name: str
    a: float
    b: float
    deviations: float
    superiority: float


@dataclass(frozen=True)
class Differences:
    """Of two groups of test images. dims: one for each latent dimension, in the order of the dimensions. factors: of each factor, in
    place of its values' indices. classes: name → the shares in A and in B, in the order of the classes.

    mean_a, mean_b: mean codes `(D,)`.
    """

    dims: list[Difference]
    factors: list[Difference]
    classes: dict[str, tuple[float, float]]
    mean_a: NDArray[np.float32]
    mean_b: NDArray[np.float32]

    def order(self) -> list[int]:
        """Dimensions by how much they differ, in standard deviations, most first."""
        return [int(dim) for dim in np.argsort([-abs(one.deviations) for one in self.dims], kind="stable")]


def differences(codes: Latents, a: Sequence[int], b: Sequence[int]) -> Differences:
    """How the images `b` differ from the images `a`, both rows of `codes`; an image may be in both.

    No p-values: groups that are picked on a map of the codes differ in their codes by how they were picked.

    Raises:
        BetascopeError: a group is empty, or has a row that does not exist.
    """
    for name, rows in (("A", a), ("B", b)):
        if not len(rows):
            raise BetascopeError(f"Group {name} is empty; pick at least one image for it.")
        if min(rows) < 0 or max(rows) >= len(codes):
            raise BetascopeError(f"Group {name} has an image beyond the {len(codes):,} test images of this run.")
    a, b = list(a), list(b)
    factors: list[Difference] = []
    if codes.factors is not None:
        factors = [_difference(name, codes.factors[:, column], a, b) for column, name in enumerate(codes.factor_names)]
    classes: dict[str, tuple[float, float]] = {}
    if codes.labels is not None and codes.class_names:
        classes = {
            name: (float((codes.labels[a] == label).mean()), float((codes.labels[b] == label).mean()))
            for label, name in enumerate(codes.class_names)
        }
    return Differences(
        [_difference(codes.title(dim), codes.mu[:, dim], a, b) for dim in range(codes.dims)],
        factors,
        classes,
        codes.mu[a].mean(0),
        codes.mu[b].mean(0),
    )


def _difference(name: str, values: NDArray, a: list[int], b: list[int]) -> Difference:
    from scipy.stats import rankdata  # half a second of imports that a start would wait for

    values = values.astype(np.float64)
    of_a, of_b, spread = values[a], values[b], values.std()
    ranks = rankdata(np.concatenate([of_b, of_a]))[: len(b)]
    wins = ranks.sum() - len(b) * (len(b) + 1) / 2  # Mann & Whitney's U of B
    return Difference(
        name,
        float(of_a.mean()),
        float(of_b.mean()),
        float((of_b.mean() - of_a.mean()) / spread) if spread > 0 else 0.0,
        float(wins / (len(a) * len(b))),
    )
