"""How the weight of a loss term changes with the step: `schedule(step, length)` is a factor in [0, 1]."""

from __future__ import annotations


def constant(step: int, length: int) -> float:
    """1 at every step."""
    return 1.0


def linear(step: int, length: int) -> float:
    """min(1, t/T): warm-up from 0 at step 0 to 1 at step `length`. Bowman et al. 2016; Sønderby et al. 2016, §2.3."""
    return 1.0 if length <= 0 else min(1.0, step / length)


def cyclical(step: int, length: int) -> float:
    """Repeated cycles of `length` steps: from 0 to 1 in the first half, then 1. Fu et al. 2019, eq. 6 with R = 0.5."""
    return 1.0 if length <= 0 else min(1.0, 2 * (step % length) / length)


SCHEDULES = {
    "constant": constant,
    "linear": linear,
    "cyclical": cyclical,
}
