"""The mutual information gap (Chen et al. 2018, eq. 6), with the binned estimate of Locatello et al. 2019."""

from __future__ import annotations

import numpy as np

from .coded import Coded
from .information import code_information, entropy


def mig(coded: Coded, seed: int = 0) -> dict[str, float]:
    """mig: how much more the best dimension tells of a factor than the second best, of its entropy; mean over factors.

    From 0 to 1, on the points to learn from. Chen et al. estimate with samples of the posterior and leave shape out.
    """
    learn, _ = coded.split(seed)
    ranked = np.sort(code_information(learn), axis=0)[::-1]
    return {"mig": float(((ranked[0] - ranked[1]) / entropy(learn.factors)).mean())}
