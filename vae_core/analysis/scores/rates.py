"""The rate–distortion curve of a multi-rate model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models import Model
from ...runs import Run
from ...training import choose_device, measure
from ...training.batches import as_floats
from ..cache import cached

#: Values of β on a curve, evenly spaced on a log scale.
STEPS = 31
#: Test images for each value of β.
IMAGES = 512


@dataclass(frozen=True)
class RateCurve:
    """betas `(S,)`, smallest first; distortion and rate `(S,)`, rate_per_dim `(S, D)`, in nats per image."""

    betas: NDArray[np.float64]
    distortion: NDArray[np.float64]
    rate: NDArray[np.float64]
    rate_per_dim: NDArray[np.float64]

    def distortion_at(self, rate: float) -> float:
        """Linear interpolation between the measured rates; beyond them, the value at the nearest."""
        order = np.argsort(self.rate)
        return float(np.interp(rate, self.rate[order], self.distortion[order]))


def beta_steps(low: float, high: float, count: int = STEPS) -> list[float]:
    """`count` values from low to high, evenly spaced on a log scale, to three digits."""
    return [float(f"{value:.3g}") for value in np.geomspace(low, high, count)]


def nearest_step(low: float, high: float, beta: float) -> float:
    """The nearest of `beta_steps`, on a log scale."""
    return min(beta_steps(low, high), key=lambda step: abs(np.log(step / beta)))


def at_nearest(run: Run, beta: float = 1.0) -> Run:
    """The run at the step nearest to β, where pages show it. A run without β as an input is returned as it is."""
    betas = run.config.model.betas
    return run if betas is None else run.at_beta(nearest_step(*betas, beta))


def rate_curve(run: Run, images: int = IMAGES) -> RateCurve:
    """Distortion and rate at `STEPS` values of β, on the first test images; from the cache where possible.

    Raises:
        DataError, RunError: not cached, and data or weights are not available.
    """

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        model, test = run.model(choose_device("auto")), run.data("test").test
        assert model.config.betas is not None, f"{run.config.family} has no β as an input"
        betas = beta_steps(*model.config.betas)
        labels = None if test.labels is None else test.labels[:images]
        points = [measure(model.at_beta(beta), test.images[:images], labels) for beta in betas]
        return {
            "betas": torch.tensor(betas, dtype=torch.float64),
            "distortion": torch.tensor([point.distortion for point in points], dtype=torch.float64),
            "rate": torch.tensor([point.rate for point in points], dtype=torch.float64),
            "rate_per_dim": torch.tensor([point.rate_per_dim for point in points], dtype=torch.float64),
        }, {}

    tensors, _ = cached(run.at_beta(None), "rates", {"images": images, "steps": STEPS}, compute)
    return RateCurve(*(tensors[name].numpy() for name in ("betas", "distortion", "rate", "rate_per_dim")))


def rate_point(run: Run, images: int = IMAGES) -> tuple[float | None, float]:
    """Rate (None without a prior) and distortion of a run on the first test images, to compare with a curve.

    Raises:
        DataError, RunError: not cached, and data or weights are not available.
    """

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        model, test = run.model(choose_device("auto")), run.data("test").test
        point = measure(model, test.images[:images], None if test.labels is None else test.labels[:images])
        return {"images": torch.tensor(point.images)}, {"rate": point.rate, "distortion": point.distortion}

    numbers = cached(run, "point", {"images": images}, compute)[1]
    return numbers["rate"], numbers["distortion"]


@torch.inference_mode()
def codes_along(model: Model, images: NDArray[np.uint8], betas: list[float]) -> NDArray[np.float32]:
    """The code of each image `(n, H, W, C)` at each β: `(n, len(betas), D)`."""
    n, steps = len(images), len(betas)
    x = as_floats(torch.tensor(images).permute(0, 3, 1, 2)).repeat_interleave(steps, dim=0)
    return model.at_beta(torch.tensor(betas).repeat(n)).embed(x).float().unflatten(0, (n, steps)).numpy()
