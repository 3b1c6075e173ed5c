"""Learning-rate schedules: a factor in [0, 1] on the configured rate."""

from __future__ import annotations

import math


def constant(step: int, total: int) -> float:
    """1 at every step."""
    return 1.0


def cosine(step: int, total: int) -> float:
    """½(1 + cos πt/T): from 1 down to 0 at the last step. Loshchilov & Hutter 2017, eq. 5, one cycle."""
    return 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))


#: Plateau depends on the validation loss, not on the step: `TrainingState` halves the factor.
LR_SCHEDULES = {
    "constant": constant,
    "cosine": cosine,
    "plateau": constant,
}
PLATEAU_PATIENCE = 5
PLATEAU_FACTOR = 0.5
