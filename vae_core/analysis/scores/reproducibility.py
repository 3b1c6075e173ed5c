"""Which seed of a model is the most reproducible: the unsupervised disentanglement ranking of trained runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...metrics.coded import MetricError
from ...metrics.udr import agreements, udr
from ...runs import Run
from ..codes.latents import latents_of

#: The fewest seeds among which one can be picked.
SEEDS = 3
#: A highest UDR below which a pick says little: dimensions of one model hardly come back in another.
LITTLE = 0.2


@dataclass(frozen=True)
class Reproducibility:
    """runs: K runs that differ by their seed; agreement `(K, K)` of each pair, NaN on the diagonal; udr `(K,)`, the row medians."""

    runs: list[Run]
    agreement: NDArray[np.float64]
    udr: NDArray[np.float64]

    @property
    def picked(self) -> Run:
        """The run with the highest UDR, the first of equals."""
        return self.runs[int(self.udr.argmax())]

    @property
    def reason(self) -> str:
        """One sentence on why this run is picked and how clear the choice is, or why none is."""
        if len(self.runs) < SEEDS:
            return f"{len(self.runs)} seeds make a single pair, which cannot say which of the two is better; train {SEEDS} or more."
        others = np.delete(self.udr, self.udr.argmax())
        best, least, most = (f"{udr:.3f}" for udr in (self.udr.max(), others.min(), others.max()))
        rest = f"{least} to {most}" if least != most else most if most != best else "the same to three digits"
        return (
            f"Seed {self.picked.config.train.seed} is the most reproducible: the other seeds find its dimensions again with "
            f"UDR {best}; for the others it is {rest}."
            + (" The seeds agree little, so the pick may be no better than another." if self.udr.max() < LITTLE else "")
        )


def seed_groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Groups of two or more runs that differ by nothing but their seed, ordered by it."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        config = run.config
        train = replace(config.train, seed=0, device="auto", precision="auto", threads=0, log="")
        key = (config.fingerprint, config.family, config.model, train, run.requested_beta)
        groups.setdefault(key, []).append(run)
    return [sorted(group, key=lambda run: run.config.train.seed) for group in groups.values() if len(group) > 1]


def reproducibility(runs: Sequence[Run]) -> Reproducibility:
    """UDR of runs that differ by their seed, with the Lasso, on the first test images (Duan et al. 2020, §4).

    Raises:
        MetricError: fewer than two runs, or a model without a rate.
        DataError, RunError: codes are not cached, and data or weights are not available.
    """
    codes = [latents_of(run) for run in runs]
    if any(code.rate is None for code in codes):
        raise MetricError("UDR needs the rate of each dimension; this family has none.")
    matrix = agreements([code.mu.astype(np.float64) for code in codes], [code.weight_per_dim() for code in codes])
    return Reproducibility(list(runs), matrix, udr(matrix))
