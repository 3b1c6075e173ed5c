"""Codes beside the factors their images were made from: what measures of disentanglement take."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config import BetascopeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Points that classifiers learn from, and that they are judged on: Locatello et al. 2019, as in their library.
TRAIN, TEST = 10_000, 5_000


@contextmanager
def as_published() -> Iterator[None]:
    """Classifiers stop after the default number of steps, as those of the published figures did, without a word."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class MetricError(BetascopeError):
    """A number that these codes or factors do not determine, with the reason."""


@dataclass(frozen=True)
class Coded:
    """codes `(N, D)`, factors `(N, F)` as whole numbers, factor_names F of them.

    Raises:
        MetricError: nothing to measure on: no factors, numbers that are not finite, a factor of one value, too few rows.
    """

    codes: Floats
    factors: Ints
    factor_names: Sequence[str] = ()

    def __post_init__(self) -> None:
        codes, factors = np.asarray(self.codes, dtype=np.float64), np.asarray(self.factors)
        if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
            raise MetricError(
                f"Codes {codes.shape} and factors {factors.shape}: must be (N, D) and (N, F) with the same N."
            )
        if codes.shape[1] < 2:
            raise MetricError(f"Codes {codes.shape}: a gap between dimensions needs at least two of them.")
        if factors.shape[1] == 0:
            raise MetricError("There are no ground-truth factors, so how codes follow them cannot be measured.")
        if not np.isfinite(codes).all():
            bad = np.unique(np.argwhere(~np.isfinite(codes))[:, 1]).tolist()
            raise MetricError(f"Codes of dimension {bad[0]} hold numbers that are not finite; nothing can be measured.")
        if not np.array_equal(factors, factors.astype(np.int64)):
            raise MetricError("Factors must be whole numbers: one for each value that a factor takes.")
        names = tuple(self.factor_names) or tuple(f"factor {index}" for index in range(factors.shape[1]))
        for name, column in zip(names, factors.T, strict=True):
            if len(column) and (column == column[0]).all():
                raise MetricError(f"The factor {name!r} has one value on these images; leave it out.")
        if len(codes) < 60:
            raise MetricError(f"{len(codes)} codes: too few to measure on; take at least 60 images.")
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "factors", factors.astype(np.int64))
        object.__setattr__(self, "factor_names", names)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dims(self) -> int:
        return self.codes.shape[1]

    def rows(self, chosen: Ints) -> Coded:
        """These rows alone; what was asked of the whole need not hold for a part."""
        part = object.__new__(Coded)
        for name, value in (
            ("codes", self.codes[chosen]), ("factors", self.factors[chosen]), ("factor_names", self.factor_names)
        ):  # fmt: skip
            object.__setattr__(part, name, value)
        return part

    def split(self, seed: int = 0) -> tuple[Coded, Coded]:
        """Two thirds to learn from and one third to be judged on, in a seeded order: at most `TRAIN` and `TEST` points.

        Raises:
            MetricError: a factor has a value that the points to learn from never show.
        """
        order = np.random.RandomState(seed).permutation(len(self))
        train = min(TRAIN, 2 * len(self) // 3)
        learn, judge = order[:train], order[train : train + min(TEST, len(self) - train)]
        for name, column in zip(self.factor_names, self.factors.T, strict=True):
            if missing := set(column[judge]) - set(column[learn]):
                raise MetricError(
                    f"The factor {name!r} has values too rare to learn ({min(missing)}); take more images."
                )
        return self.rows(learn), self.rows(judge)
