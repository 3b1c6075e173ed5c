"""How the weight of a loss term changes with the step: `schedule(step, length)` is a factor that ends at 1."""

from __future__ import annotations

#: How many times larger than at its end the weight of the schedule `falling` starts.
FALL = 10.0


def constant(step: int, length: int) -> float:
    """1 at every step."""
    return 1.0


def linear(step: int, length: int) -> float:
    """min(1, t/T): warm-up from 0 at step 0 to 1 at step `length`. Bowman et al. 2016; Sønderby et al. 2016, §2.3."""
    return 1.0 if length <= 0 else min(1.0, step / length)


def cyclical(step: int, length: int) -> float:
    """Repeated cycles of `length` steps: from 0 to 1 in the first half, then 1. Fu et al. 2019, eq. 6 with R = 0.5."""
    return 1.0 if length <= 0 else min(1.0, 2 * (step % length) / length)


def falling(step: int, length: int) -> float:
    """From `FALL` at step 0 to 1 at step `length`, in equal ratios.

    Dimensions enter the code one after the other, the one that saves most distortion first, as with a growing capacity.
    Starting from a large weight: Shao et al. 2020, DynamicVAE (arXiv 2009.06795).
    """
    return 1.0 if length <= 0 else FALL ** (1 - min(1.0, step / length))


SCHEDULES = {
    "constant": constant,
    "linear": linear,
    "cyclical": cyclical,
    "falling": falling,
}
