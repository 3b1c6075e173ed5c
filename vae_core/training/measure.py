"""ELBO, distortion and rate of a model on images: the numbers of all curves and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..models import Model
from .batches import in_order
from .device import products

#: Burda et al. 2016, §5.2: a dimension is active when Var_x(E[z_d|x]) exceeds this.
ACTIVE_VARIANCE = 0.01
#: A dimension whose mean rate in nats is below this has collapsed.
COLLAPSED_RATE = 0.01


def active_units(mu: Tensor, threshold: float = ACTIVE_VARIANCE) -> int:
    """How many dimensions have Var_x(E[z_d|x]) above `threshold`. mu: posterior means `(N, D)`."""
    return int((mu.double().var(0, correction=0) > threshold).sum())


@dataclass(frozen=True)
class Measurement:
    """Means over the images, in nats per image. Rate and ELBO are None for a model without a prior.

    rate_per_dim: `(D,)` nats. active_units: dimensions with Var_x(mu_d) above `ACTIVE_VARIANCE`. images: how many.
    """

    distortion: float
    rate: float | None
    elbo: float | None
    rate_per_dim: list[float] | None
    active_units: int
    images: int

    def to_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


@torch.no_grad()
@products("highest")
def measure(model: Model, images: Tensor, labels: Tensor | None = None, *, seed: int = 0) -> Measurement:
    """Evaluate uint8 images `(N, C, H, W)` with one posterior sample each, in float32.

    The noise has its own generator, so evaluation does not change a training run, and two measurements with the same
    seed differ only by the model.
    """
    device = model.device
    generator = torch.Generator(device=device).manual_seed(seed)
    was_training = model.training
    model.eval()
    # Results are written into preallocated tensors: small ones between large buffers would fragment the heap (device.py).
    distortions, means, rates, done = torch.empty(len(images), device=device), None, None, 0
    for x, y in in_order(images, labels, device):
        posterior = model.encode(x, y)
        z = posterior.sample(generator)
        rows, rate = slice(done, done + len(x)), posterior.rate_per_dim(z)
        distortions[rows] = model.distortion(x, z, y)
        if means is None:
            means = posterior.mu.new_empty(len(images), *posterior.mu.shape[1:])
            rates = None if rate is None else rate.new_empty(len(images), *rate.shape[1:])
        means[rows] = posterior.mu
        if rates is not None and rate is not None:
            rates[rows] = rate
        done += len(x)
    model.train(was_training)
    assert means is not None, "there are always images to measure"
    return _summary(distortions, means, rates)


def _summary(distortion: Tensor, mu: Tensor, rate: Tensor | None) -> Measurement:
    per_dim = None if rate is None else rate.double().mean(0)
    total = None if per_dim is None else float(per_dim.sum())
    mean_distortion = float(distortion.double().mean())
    return Measurement(
        distortion=mean_distortion,
        rate=total,
        elbo=None if total is None else -(mean_distortion + total),
        rate_per_dim=None if per_dim is None else per_dim.tolist(),
        active_units=active_units(mu),
        images=len(mu),
    )
