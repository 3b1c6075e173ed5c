"""A score and how sure it is: judged on points that can be drawn again (Efron & Tibshirani 1993, §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .coded import Ints, MetricError

RESAMPLES = 200
#: Standard errors to either side that hold 95 % of a normal law.
REACH = 1.96


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval, None where drawing points again does not move it by itself."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ScoreFunction:
    """What a score makes of the points it is judged on.

    points: how many there are. of: rows `(n,)`, any number of times each → the score's numbers on them.
    fixed: numbers that would need another fit, told as they stand and without an interval.
    """

    points: int
    of: Callable[[Ints], dict[str, float]]
    fixed: dict[str, float] | None = None

    def values(self) -> dict[str, float]:
        """The numbers on all points."""
        return self.of(np.arange(self.points)) | (self.fixed or {})

    def estimates(self, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Estimate]:
        """The numbers with 1.96 bootstrap standard errors to either side, within [0, 1] as the scores are.

        Quantiles of the draws would be off to one side: repeated points make binned information too large.
        Points are drawn again, with what was learnt, the codes and the model as they are: the interval tells what another
        sample of images would change, not what another seed of the training would.

        Raises:
            MetricError: a number that the points do not determine.
        """
        values = self.of(np.arange(self.points))
        if untold := [name for name, value in values.items() if not np.isfinite(value)]:
            raise MetricError(f"{untold[0]} cannot be computed from {self.points} points; take more images.")
        random = np.random.RandomState(seed)
        draws = [self.of(random.randint(self.points, size=self.points)) for _ in range(resamples)]
        found = {}
        for name, value in values.items():
            told = [draw[name] for draw in draws if np.isfinite(draw[name])]
            off = REACH * float(np.std(told)) if told else 1.0  # from so few points nothing is known
            found[name] = Estimate(value, max(0.0, value - off), min(1.0, value + off))
        return found | {name: Estimate(value) for name, value in (self.fixed or {}).items()}
