"""Hand-made codes whose scores are known: what the tests hold us to, and what anybody can check on their own machine.

Factors are all combinations of a few values, repeated: exactly independent. A code that is the factors themselves is
perfect; one that says everything twice leaves no gap; one that says nothing scores like chance.
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
    """codes of `factors()`; expected: number → (value, how far off it may be)."""

    title: str
    codes: Callable[[Ints], Floats]
    expected: dict[str, tuple[float, float]]


#: A coin's accuracy, give or take what a sample of 1,600 to 5,000 moves it.
COIN = 0.05
PERFECT = {
    "beta_vae": (1.0, 1e-9), "factor_vae": (1.0, 1e-9), "mig": (1.0, 0.005), "sap": (0.5, COIN), "modularity": (1.0, 0.005),
    "explicitness": (1.0, 1e-9), "irs": (1.0, 1e-9), "dci_disentanglement": (1.0, 1e-6), "dci_completeness": (1.0, 1e-6),
    "dci_informativeness": (1.0, 1e-9),
}  # fmt: skip
KNOWN_ANSWERS = {
    "identity": KnownAnswer("The factors themselves", lambda v: v.astype(float), PERFECT),
    "signs": KnownAnswer(
        "The factors, permuted, flipped, scaled and moved", lambda v: v[:, [2, 0, 1]] * [-1.0, 5.0, -0.3] + 7.0, PERFECT
    ),
    "more": KnownAnswer(
        "The factors, and dimensions that never move",
        lambda v: np.hstack([v, np.zeros_like(v)]).astype(float),
        PERFECT | {"modularity": (0.5, 0.005)},  # a dimension that tells nothing counts as 0
    ),
    "twice": KnownAnswer(
        "Every factor twice",
        lambda v: np.hstack([v, v]).astype(float),
        {"mig": (0.0, 1e-9), "sap": (0.0, 1e-9), "modularity": (1.0, 0.005), "dci_disentanglement": (1.0, 1e-6)},
    ),
    "rotated": KnownAnswer(
        "Two factors turned by 45°",
        lambda v: np.stack([v[:, 0] + v[:, 1], v[:, 0] - v[:, 1], 0 * v[:, 2]], axis=1).astype(float),
        # Both sum and difference know half the entropy of each factor: no gap; each of the two dimensions tells of two
        # factors alike, 1 − 1/(F − 1) = ½, and the third of none.
        {"mig": (0.0, 0.01), "modularity": (1 / 3, 0.01)},
    ),
    "noise": KnownAnswer(
        "Noise alone",
        lambda v: _noise(1.0),
        {
            "beta_vae": (1 / 3, COIN), "factor_vae": (1 / 3, COIN), "mig": (0.0, 0.02), "sap": (0.0, COIN),
            "explicitness": (0.5, COIN), "dci_informativeness": (0.5, COIN),
        },
    ),
    "constant": KnownAnswer(
        "Nothing moves",
        lambda v: np.zeros(v.shape),
        {"factor_vae": (0.0, 0.0), "mig": (0.0, 0.0), "modularity": (0.0, 0.0), "irs": (0.0, 0.0)},
    ),
    "forgotten": KnownAnswer(
        "One of three factors missing",
        lambda v: np.hstack([v[:, :2], np.zeros((len(v), 1))]).astype(float),
        {"mig": (2 / 3, 0.01), "sap": (1 / 3, COIN), "modularity": (2 / 3, 0.01), "explicitness": (5 / 6, COIN)},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One number of one code: expected beside found."""

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
    for done, known in enumerate(KNOWN_ANSWERS.values()):
        coded = Coded(known.codes(values), values)
        wanted = [name for name, score in SCORES.items() if score.numbers.keys() & known.expected.keys()]
        found: dict[str, float] = {}
        for name in wanted:
            found |= SCORES[name].function(coded, 0).values()
        checks += [
            Check(known.title, number, value, tolerance, found[number])
            for number, (value, tolerance) in known.expected.items()
        ]
        if progress:
            progress(done + 1, len(KNOWN_ANSWERS))
    # Two standard normals of correlation 0.6: −½ log(1 − 0.36).
    pair = np.random.RandomState(0).standard_normal((200_000, 2))
    pair[:, 1] = 0.6 * pair[:, 0] + 0.8 * pair[:, 1]
    checks.append(Check("Correlated Gaussians", "gaussian_tc", 0.2231, 0.005, gaussian_total_correlation(pair)))
    return checks
