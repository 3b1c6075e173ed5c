"""The mutual information gap (Chen et al. 2018, eq. 6), with the binned estimate of Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .bootstrap import ScoreFunction
from .coded import Coded, Ints
from .information import counted_information, entropy, from_zero, in_bins


def mig(coded: Coded, seed: int = 0) -> ScoreFunction:
    """mig: information of the best dimension on a factor minus that of the second best, over its entropy; mean over factors.

    From 0 to 1, on the training points. Chen et al. estimate with samples of the posterior and leave out shape.
    """
    train, _ = coded.split(seed)
    bins, factors = from_zero(in_bins(train.codes)), from_zero(train.factors)

    def of(rows: Ints) -> dict[str, float]:
        ranked = np.sort(counted_information(bins[rows], factors[rows]), axis=0)[::-1]
        nats = entropy(factors[rows])
        return {"mig": float(np.divide(ranked[0] - ranked[1], nats, out=np.zeros_like(nats), where=nats > 0).mean())}

    return ScoreFunction(len(train), of)
