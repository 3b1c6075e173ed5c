"""The mutual information gap (Chen et al. 2018, eq. 6), with the binned estimate of Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .bootstrap import ScoreFunction
from .coded import Coded, Ints
from .information import counted_information, entropy, from_zero, in_bins


def mig(coded: Coded, seed: int = 0) -> ScoreFunction:
    """mig: how much more the best dimension tells of a factor than the second best, of its entropy; mean over factors.

    From 0 to 1, on the points to learn from. Chen et al. estimate with samples of the posterior and leave shape out.
    """
    learn, _ = coded.split(seed)
    bins, factors = from_zero(in_bins(learn.codes)), from_zero(learn.factors)

    def of(rows: Ints) -> dict[str, float]:
        ranked = np.sort(counted_information(bins[rows], factors[rows]), axis=0)[::-1]
        own = entropy(factors[rows])
        return {"mig": float(np.divide(ranked[0] - ranked[1], own, out=np.zeros_like(own), where=own > 0).mean())}

    return ScoreFunction(len(learn), of)
