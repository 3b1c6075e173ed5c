"""Scores of a run's codes with ground-truth factors, each cached in the run's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...config import ConfigError
from ...metrics.bootstrap import Estimate
from ...metrics.dci import Importance, importance, score_function
from ...metrics.disentanglement import SCORES
from ...metrics.information import code_information, entropy
from ...runs import Run
from ..cache import cache_path, cached, cached_numbers
from .sources import coded_of

#: Named sets of scores.
SETS: dict[str, tuple[str, ...]] = {
    "all": tuple(SCORES),
    "fast": tuple(name for name, score in SCORES.items() if not score.slow),
}


def names_of(text: str) -> tuple[str, ...]:
    """ "all", "fast", or names with commas.

    Raises:
        ConfigError: no such score.
    """
    names = SETS.get(text) or tuple(part.strip() for part in text.split(",") if part.strip())
    for name in names:
        if name not in SCORES:
            raise ConfigError(f"--metrics {name!r}: not known; choose all, fast, or some of {', '.join(SCORES)}.")
    return names


def scores_of_run(
    run: Run,
    names: Sequence[str],
    seed: int = 0,
    of: str = "codes",
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Estimate]:
    """The numbers of these scores with their intervals, from the cache where possible.

    of: whose codes, one of `sources.SOURCES`.

    Raises:
        MetricError: they cannot be computed. DataError, RunError: data or weights are not available.
    """
    coded = cache(lambda: coded_of(run, of))  # encoded only if a score is missing
    estimates: dict[str, Estimate] = {}
    for done, name in enumerate(names):
        if name == "dci":  # from the importance matrix, which pages show too
            estimates |= score_function(dci_importance(run, seed, of)).estimates(seed)
        else:

            def compute(name: str = name) -> dict[str, Any]:
                numbers = SCORES[name].function(coded(), seed).estimates(seed)
                return {number: astuple(estimate) for number, estimate in numbers.items()}

            numbers = cached_numbers(run, f"score-{name}", _key(seed, of), compute)
            estimates |= {number: Estimate(*values) for number, values in numbers.items()}
        if progress:
            progress(done + 1, len(names))
    return estimates


def cached_scores(run: Run, names: Sequence[str], seed: int = 0, of: str = "codes") -> dict[str, Estimate] | None:
    """The same if all of them are cached, else None; nothing is computed."""
    files = ["dci" if name == "dci" else f"score-{name}" for name in names]
    if not all(cache_path(run, file, _key(seed, of)).exists() for file in files):
        return None
    return scores_of_run(run, names, seed, of)


def _key(seed: int, of: str) -> dict[str, Any]:
    return {"seed": seed, "of": of, "intervals": 1}


def mig_matrix(run: Run, seed: int = 0) -> tuple[NDArray[np.float64], list[str]]:
    """I(z_d; v_k) over the factor's entropy, `(D, F)` in [0, 1], and the factors' names: the matrix of the MIG.

    Raises:
        MetricError: the data has no factors. DataError, RunError: data or weights are not available.
    """

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        train, _ = coded_of(run).split(seed)
        matrix = code_information(train) / entropy(train.factors)
        return {"matrix": torch.from_numpy(matrix)}, {"factors": list(train.factor_names)}

    tensors, header = cached(run, "information", {"seed": seed}, compute)
    return tensors["matrix"].numpy(), header["factors"]


def dci_importance(run: Run, seed: int = 0, of: str = "codes") -> Importance:
    """Feature importances of the reference's classifiers, and the points on which they are right: the basis of DCI."""

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        fits = importance(coded_of(run, of), seed)
        return {"matrix": torch.from_numpy(fits.matrix), "right": torch.from_numpy(fits.right)}, {}

    tensors, _ = cached(run, "dci", _key(seed, of), compute)
    return Importance(tensors["matrix"].numpy(), tensors["right"].numpy())
