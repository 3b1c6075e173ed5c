"""Bootstrap confidence intervals of scores (Efron & Tibshirani 1993, §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .coded import Ints, MetricError

RESAMPLES = 200
#: Standard errors to either side that contain 95 % of a normal distribution.
REACH = 1.96


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % confidence interval; None for a number that cannot be bootstrapped."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ScoreFunction:
    """A score as a function of the points it is evaluated on.

    points: their number. of: rows `(n,)`, repeated in any way → the score's numbers on these rows.
    fixed: numbers that would need another fit, reported without an interval.
    """

    points: int
    of: Callable[[Ints], dict[str, float]]
    fixed: dict[str, float] | None = None

    def values(self) -> dict[str, float]:
        """The numbers on all points."""
        return self.of(np.arange(self.points)) | (self.fixed or {})

    def estimates(self, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Estimate]:
        """The numbers with 1.96 bootstrap standard errors to either side, within [0, 1] as the scores are.

        Quantiles of the resamples would be biased: repeated points make binned information too large. Points are
        resampled; codes, model and fitted classifiers stay: the interval covers another sample of images, not another
        seed of the training.

        Raises:
            MetricError: a number that the points do not determine.
        """
        values = self.of(np.arange(self.points))
        if undefined := [name for name, value in values.items() if not np.isfinite(value)]:
            raise MetricError(f"{undefined[0]} cannot be computed from {self.points} points; use more images.")
        random = np.random.RandomState(seed)
        draws = [self.of(random.randint(self.points, size=self.points)) for _ in range(resamples)]
        estimates = {}
        for name, value in values.items():
            resampled = [draw[name] for draw in draws if np.isfinite(draw[name])]
            margin = REACH * float(np.std(resampled)) if resampled else 1.0  # too few points: the whole range
            estimates[name] = Estimate(value, max(0.0, value - margin), min(1.0, value + margin))
        return estimates | {name: Estimate(value) for name, value in (self.fixed or {}).items()}
