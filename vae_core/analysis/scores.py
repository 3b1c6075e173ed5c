"""The measures of a run: its codes beside what is known of the images, each score kept in the run's cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..config import ConfigError
from ..metrics.coded import TEST, TRAIN, Coded, MetricError
from ..metrics.dci import importance, scores_of
from ..metrics.disentanglement import SCORES
from ..metrics.independence import independence
from ..metrics.information import code_information, entropy
from ..metrics.separability import separability
from ..runs import Run
from ..training import choose_device
from .cache import cache_path, cached
from .latents import encode_images, latents_of

#: Images that are encoded for scores: the test split, then training images, for the reference has no split at all.
POINTS = TRAIN + TEST
#: Sets of scores by name; any others are written with commas.
SETS: dict[str, tuple[str, ...]] = {
    "all": tuple(SCORES),
    "fast": tuple(name for name, score in SCORES.items() if not score.slow),
}
WITHOUT_FACTORS = {
    "gaussian_tc": "Gaussian total correlation",
    "wasserstein_norm": "Wasserstein correlation",
    "pairwise_information": "Pairwise information",
    "probe_accuracy": "Probe accuracy",
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


def coded_of(run: Run) -> Coded:
    """Codes and factors of up to `POINTS` images; factors of one value are left out.

    Raises:
        MetricError: the data has no factors. DataError, RunError: not cached, and data or weights cannot be had.
    """

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        data = run.data("all")
        if data.test.factors is None or data.train.factors is None:
            raise MetricError(f"{data.name} has no ground-truth factors, so how codes follow them cannot be measured.")
        more = max(0, POINTS - len(data.test))
        images = torch.cat([data.test.images[:POINTS], data.train.images[:more]])
        factors = torch.cat([data.test.factors[:POINTS], data.train.factors[:more]])
        labels = None
        if data.test.labels is not None and data.train.labels is not None:
            labels = torch.cat([data.test.labels[:POINTS], data.train.labels[:more]])
        codes = encode_images(run.model(choose_device("auto")), images, labels)["mu"]
        return {"codes": codes, "factors": factors.short()}, {"names": list(data.factor_names)}

    tensors, told = cached(run, "coded", {"points": POINTS}, compute)
    factors = tensors["factors"].numpy().astype(np.int64)
    moving = [index for index in range(factors.shape[1]) if (factors[:, index] != factors[0, index]).any()]
    names = [told["names"][index] for index in moving]
    return Coded(tensors["codes"].numpy().astype(np.float64), factors[:, moving], names)


def scores_of_run(
    run: Run, names: Sequence[str], seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> dict[str, float]:
    """The numbers of these scores, from the cache where they are there.

    Raises:
        MetricError: they cannot be computed. DataError, RunError: data or weights cannot be had.
    """
    coded = cache(lambda: coded_of(run))  # encoded only if a score is missing
    found: dict[str, float] = {}
    for done, name in enumerate(names):
        if name == "dci":  # from the matrix that is shown beside it
            matrix, accuracy = dci_matrix(run, seed)
            found |= scores_of(matrix) | {"dci_informativeness": float(accuracy.mean())}
        else:
            found |= _kept(run, name, {"seed": seed}, lambda name=name: SCORES[name].function(coded(), seed))  # type: ignore[misc]
        if progress:
            progress(done + 1, len(names))
    return found


def known_scores(run: Run, names: Sequence[str], seed: int = 0) -> dict[str, float] | None:
    """The same if all of them are in the cache, else None: nothing is computed."""
    files = ["dci" if name == "dci" else f"score-{name}" for name in names]
    if not all(cache_path(run, file, {"seed": seed}).exists() for file in files):
        return None
    return scores_of_run(run, names, seed)


def _kept(run: Run, name: str, parameters: dict[str, Any], compute: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Numbers as the JSON part of a cached result."""
    empty = {"none": torch.zeros(1)}
    return cached(run, f"score-{name}", parameters, lambda: (empty, compute()))[1]


def mig_matrix(run: Run, seed: int = 0) -> tuple[NDArray[np.float64], list[str]]:
    """I(z_d; v_k) over the factor's entropy, `(D, F)` in [0, 1], and the factors' names: what the MIG looks at."""
    learn, _ = coded_of(run).split(seed)
    return code_information(learn) / entropy(learn.factors), list(learn.factor_names)


def dci_matrix(run: Run, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Importances `(D, F)` and accuracies `(F,)` of the reference's classifiers: what DCI looks at."""

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        found = importance(coded_of(run), seed)
        return {"matrix": torch.from_numpy(found.matrix), "accuracy": torch.from_numpy(found.accuracy)}, {}

    tensors, _ = cached(run, "dci", {"seed": seed}, compute)
    return tensors["matrix"].numpy(), tensors["accuracy"].numpy()


def scores_without_factors(run: Run) -> dict[str, float]:
    """What needs no factors: independence of the dimensions, and a probe where there are labels.

    Numbers that these codes do not determine are left out.
    """

    def compute() -> dict[str, float]:
        codes, found = latents_of(run), dict[str, float]()
        mu = codes.mu.astype(np.float64)
        with suppress(MetricError):  # fewer than two dimensions move, or fewer images than bins
            found |= {name: value for name, value in independence(mu).items() if name in WITHOUT_FACTORS}
        if codes.labels is not None:
            with suppress(MetricError):  # one class, or a class of hardly any images
                found |= separability(mu, codes.labels.astype(np.int64))
        return found

    return _kept(run, "without-factors", {}, compute)
