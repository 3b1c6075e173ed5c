"""Measures of a run that need no factors: independence, the aggregate posterior, a linear probe, smoothness."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch

from ...metrics.aggregate import aggregate
from ...metrics.coded import MetricError
from ...metrics.independence import independence
from ...metrics.separability import separability
from ...models import Model
from ...models.vq_vae import VQVAE
from ...runs import Run
from ...training.measure import active_units
from ..cache import cached_numbers
from ..codes.interpolation import linear
from ..codes.latents import Latents, latents_of
from ..images.traversal import decode

#: Paths between test images, and the steps on each.
PATHS, STEPS = 100, 16


@dataclass(frozen=True)
class Number:
    """title: as shown; higher_is_better: how to read it, None where neither direction is better."""

    title: str
    higher_is_better: bool | None = None


WITHOUT_FACTORS = {
    "active_units": Number("Active units"),
    "information": Number("I(x; z) in nats"),
    "total_correlation": Number("TC(z) in nats", False),
    "marginal_kl": Number("Marginal KL in nats", False),
    "gaussian_tc": Number("Gaussian TC in nats", False),
    "wasserstein_norm": Number("Wasserstein correlation", False),
    "pairwise_information": Number("Pairwise information", False),
    "probe_accuracy": Number("Probe accuracy", True),
    "smoothness": Number("Smoothness", True),
}


def scores_without_factors(run: Run) -> dict[str, float]:
    """The measures on the first test images; those that cannot be computed are left out.

    Raises:
        DataError, RunError: not cached, and data or weights are not available.
    """

    def compute() -> dict[str, float]:
        codes, model = latents_of(run), run.model()
        mu = codes.mu.astype(np.float64)
        numbers: dict[str, float] = {"active_units": active_units(torch.from_numpy(mu))}
        with suppress(MetricError):  # fewer than two dimensions vary, or fewer images than bins
            numbers |= {name: value for name, value in independence(mu).items() if name in WITHOUT_FACTORS}
        if codes.labels is not None:
            with suppress(MetricError):  # one class, or a class with too few images
                numbers |= separability(mu, codes.labels.astype(np.int64))
        if codes.gaussian and codes.sigma is not None:
            size = max(run.config.model.train_size, len(codes))
            terms = aggregate(torch.from_numpy(codes.mu), 2 * torch.from_numpy(codes.sigma).log(), size)
            numbers |= {name: getattr(terms, name) for name in ("information", "total_correlation", "marginal_kl")}
        if model.config.has_decoder and not isinstance(
            model, VQVAE
        ):  # codes are grids of code indices, with no line between them
            numbers["smoothness"] = smoothness(model, codes)
        return numbers

    return cached_numbers(run, "unsupervised", {}, compute)


def smoothness(model: Model, codes: Latents, paths: int = PATHS, steps: int = STEPS, seed: int = 0) -> float:
    """How evenly the image changes along straight lines between codes: the mean step over the largest, mean of `paths`.

    1: all steps change equally; 1/steps: the whole change is one jump. Steps are L2 distances of decoded images; paths
    without any change are left out.
    """
    random = np.random.RandomState(seed)
    ends = random.randint(len(codes), size=(2, paths))
    t = torch.linspace(0, 1, steps + 1)
    ratios = []
    for a, b in ends.T:
        z = linear(torch.from_numpy(codes.mu[a]), torch.from_numpy(codes.mu[b]), t)
        label = None if codes.labels is None or not model.conditional else int(codes.labels[a])
        changes = decode(model, z, label).flatten(1).diff(dim=0).norm(dim=1)
        if float(changes.max()) > 1e-6:
            ratios.append(float(changes.mean() / changes.max()))
    return float(np.mean(ratios)) if ratios else 1.0
