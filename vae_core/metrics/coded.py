"""Codes with the ground-truth factors of their images: the input of measures of disentanglement."""

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

#: Points that classifiers are trained and tested on: Locatello et al. 2019, as in their library.
TRAIN, TEST = 10_000, 5_000


@contextmanager
def as_published() -> Iterator[None]:
    """Classifiers stop after the default number of steps without a warning, as for the published figures."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class MetricError(BetascopeError):
    """A number that cannot be computed from these codes or factors, with the reason."""


@dataclass(frozen=True)
class Coded:
    """codes `(N, D)`, factors `(N, F)` as integers, factor_names one for each factor.

    Raises:
        MetricError: no factors, numbers that are not finite, a factor with one value, or too few rows.
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
            raise MetricError(f"Codes {codes.shape}: scores that compare dimensions need at least two of them.")
        if factors.shape[1] == 0:
            raise MetricError("There are no ground-truth factors, so scores that need them cannot be computed.")
        if not np.isfinite(codes).all():
            dims = np.unique(np.argwhere(~np.isfinite(codes))[:, 1]).tolist()
            raise MetricError(
                f"Codes of dimension {dims[0]} hold numbers that are not finite; nothing can be measured."
            )
        if not np.array_equal(factors, factors.astype(np.int64)):
            raise MetricError("Factors must be integers: one for each value of a factor.")
        names = tuple(self.factor_names) or tuple(f"factor {index}" for index in range(factors.shape[1]))
        for name, column in zip(names, factors.T, strict=True):
            if len(column) and (column == column[0]).all():
                raise MetricError(f"The factor {name!r} has one value on these images; leave it out.")
        if len(codes) < 60:
            raise MetricError(f"{len(codes)} codes: too few to measure on; use at least 60 images.")
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "factors", factors.astype(np.int64))
        object.__setattr__(self, "factor_names", names)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dims(self) -> int:
        return self.codes.shape[1]

    def rows(self, chosen: Ints) -> Coded:
        """These rows alone, without the checks: a subset may hold one value of a factor."""
        part = object.__new__(Coded)
        for name, value in (
            ("codes", self.codes[chosen]), ("factors", self.factors[chosen]), ("factor_names", self.factor_names)
        ):  # fmt: skip
            object.__setattr__(part, name, value)
        return part

    def split(self, seed: int = 0) -> tuple[Coded, Coded]:
        """Two thirds for training and one third for testing, in a seeded order: at most `TRAIN` and `TEST` points.

        Raises:
            MetricError: a factor has a value in the test part that is not in the training part.
        """
        order = np.random.RandomState(seed).permutation(len(self))
        count = min(TRAIN, 2 * len(self) // 3)
        train, test = order[:count], order[count : count + min(TEST, len(self) - count)]
        for name, column in zip(self.factor_names, self.factors.T, strict=True):
            if missing := set(column[test]) - set(column[train]):
                raise MetricError(
                    f"The factor {name!r} has values too rare to learn ({min(missing)}); use more images."
                )
        return self.rows(train), self.rows(test)
