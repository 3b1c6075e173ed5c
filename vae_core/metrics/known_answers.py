"""Hand-made codes whose scores are known: for the tests, and for `metrics --self-check` on any machine.

Factors are all combinations of a few values, repeated: exactly independent. A code that equals the factors is
perfect; a code with every factor twice has no gap between dimensions; noise scores at chance level.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .coded import Coded, Floats, Ints
from .disentanglement import SCORES
from .independence import gaussian_total_correlation

SIZES = (2, 2, 2)
COPIES = 600


def factors() -> Ints:
    """All combinations of three factors of two values, `COPIES` times: `(4800, 3)`."""
    return np.tile(np.array(list(itertools.product(*map(range, SIZES)))), (COPIES, 1))


def _noise(scale: float, dims: int = 3) -> Floats:
    return scale * np.random.RandomState(0).standard_normal((COPIES * int(np.prod(SIZES)), dims))


@dataclass(frozen=True)
class KnownAnswer:
    """codes of `factors()`; expected: number → (value, tolerance)."""

    title: str
    codes: Callable[[Ints], Floats]
    expected: dict[str, tuple[float, float]]


#: Tolerance of chance accuracy on 1,600 to 5,000 points.
CHANCE = 0.05
PERFECT = {
    "beta_vae": (1.0, 1e-9), "factor_vae": (1.0, 1e-9), "mig": (1.0, 0.005), "sap": (0.5, CHANCE), "modularity": (1.0, 0.005),
    "explicitness": (1.0, 1e-9), "irs": (1.0, 1e-9), "dci_disentanglement": (1.0, 1e-6), "dci_completeness": (1.0, 1e-6),
    "dci_informativeness": (1.0, 1e-9),
}  # fmt: skip
KNOWN_ANSWERS = {
    "identity": KnownAnswer("The factors themselves", lambda v: v.astype(float), PERFECT),
    "signs": KnownAnswer(
        "The factors, permuted, flipped, scaled and shifted", lambda v: v[:, [2, 0, 1]] * [-1.0, 5.0, -0.3] + 7.0, PERFECT
    ),
    "more": KnownAnswer(
        "The factors, and constant dimensions",
        lambda v: np.hstack([v, np.zeros_like(v)]).astype(float),
        PERFECT | {"modularity": (0.5, 0.005)},  # a dimension without information counts as 0
    ),
    "twice": KnownAnswer(
        "Every factor twice",
        lambda v: np.hstack([v, v]).astype(float),
        {"mig": (0.0, 1e-9), "sap": (0.0, 1e-9), "modularity": (1.0, 0.005), "dci_disentanglement": (1.0, 1e-6)},
    ),
    "rotated": KnownAnswer(
        "Two factors turned by 45°",
        lambda v: np.stack([v[:, 0] + v[:, 1], v[:, 0] - v[:, 1], 0 * v[:, 2]], axis=1).astype(float),
        # Sum and difference both carry half the entropy of each factor: no gap. Each of the two dimensions carries two
        # factors equally, 1 − 1/(F − 1) = ½, and the third dimension none.
        {"mig": (0.0, 0.01), "modularity": (1 / 3, 0.01)},
    ),
    "noise": KnownAnswer(
        "Noise alone",
        lambda v: _noise(1.0),
        {
            "beta_vae": (1 / 3, CHANCE), "factor_vae": (1 / 3, CHANCE), "mig": (0.0, 0.02), "sap": (0.0, CHANCE),
            "explicitness": (0.5, CHANCE), "dci_informativeness": (0.5, CHANCE),
        },
    ),
    "constant": KnownAnswer(
        "Constant codes",
        lambda v: np.zeros(v.shape),
        {"factor_vae": (0.0, 0.0), "mig": (0.0, 0.0), "modularity": (0.0, 0.0), "irs": (0.0, 0.0)},
    ),
    "forgotten": KnownAnswer(
        "One of three factors missing",
        lambda v: np.hstack([v[:, :2], np.zeros((len(v), 1))]).astype(float),
        {"mig": (2 / 3, 0.01), "sap": (1 / 3, CHANCE), "modularity": (2 / 3, 0.01), "explicitness": (5 / 6, CHANCE)},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One number of one code: the expected value and the one found."""

    code: str
    number: str
    expected: float
    tolerance: float
    found: float

    @property
    def holds(self) -> bool:
        return abs(self.found - self.expected) <= self.tolerance + 1e-12


def self_check(progress: Callable[[int, int], None] | None = None) -> list[Check]:
    """Every known answer computed on this machine."""
    checks: list[Check] = []
    values = factors()
    for done, answer in enumerate(KNOWN_ANSWERS.values()):
        coded = Coded(answer.codes(values), values)
        needed = [name for name, score in SCORES.items() if score.numbers.keys() & answer.expected.keys()]
        numbers: dict[str, float] = {}
        for name in needed:
            numbers |= SCORES[name].function(coded, 0).values()
        checks += [
            Check(answer.title, number, value, tolerance, numbers[number])
            for number, (value, tolerance) in answer.expected.items()
        ]
        if progress:
            progress(done + 1, len(KNOWN_ANSWERS))
    # Two standard normals of correlation 0.6: −½ log(1 − 0.36).
    pair = np.random.RandomState(0).standard_normal((200_000, 2))
    pair[:, 1] = 0.6 * pair[:, 0] + 0.8 * pair[:, 1]
    checks.append(Check("Correlated Gaussians", "gaussian_tc", 0.2231, 0.005, gaussian_total_correlation(pair)))
    return checks
