"""Densities fitted to the codes of training images after training: what new codes are drawn from instead of the prior.

As pythae's samplers do (Chadebec et al. 2022). They are fitted to one draw of q(z|x) for each image, not to its mean: the decoder
was trained on draws, and the draws of all images together are the aggregated posterior, of which the prior is a guess. For a
family without a posterior both are the same. One density for all classes: a conditional model's code is meant to tell nothing
about the class, and one fit has all images to learn from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from ...config import ConfigError
from ...models import Model
from ...runs import Run
from ...training import choose_device
from ...training.batches import in_order
from ..cache import cached
from .flow import fit_flow, flow
from .mixture import fit_gaussian, fit_mixture, gaussian, mixture

#: Training images whose codes are fitted, at most; chosen by a fixed seed.
FITTED = 10_000
PRIOR = "prior"


@dataclass(frozen=True)
class Sampler:
    """fit: codes `(N, D)` float32 → arrays, and numbers that describe the fit. density: these arrays → the distribution of codes."""

    title: str
    fit: Callable[[Tensor], tuple[dict[str, Tensor], dict[str, Any]]]
    density: Callable[[dict[str, Tensor]], Distribution]


SAMPLERS = {
    "gaussian": Sampler("A Gaussian", fit_gaussian, gaussian),
    "mixture": Sampler("A Gaussian mixture", fit_mixture, mixture),
    "flow": Sampler("A normalising flow", fit_flow, flow),
}
#: What codes can be drawn from, by name.
DRAWN_FROM = {PRIOR: "The prior"} | {name: sampler.title for name, sampler in SAMPLERS.items()}


def sampler_of(run: Run, name: str) -> Distribution | None:
    """The density of the run's codes of this name, fitted once and then read from the run's cache; None for the prior.

    Raises:
        ConfigError: no such density, or codes that are not points. DataError, RunError: data or weights are not available.
    """
    check_drawn_from(name)
    if name == PRIOR:
        return None

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        model = run.model(choose_device("auto"))
        if not model.continuous:
            raise ConfigError(f"--draw-from {name!r}: the codes of {model.title} are grids of indices; choose {PRIOR}.")
        return SAMPLERS[name].fit(training_codes(run, model))

    return SAMPLERS[name].density(cached(run, f"sampler-{name}", {"images": FITTED}, compute)[0])


def check_drawn_from(name: str) -> None:
    """
    Raises:
        ConfigError: codes cannot be drawn from anything of this name.
    """
    if name not in DRAWN_FROM:
        raise ConfigError(f"--draw-from {name!r}: not known; choose {', '.join(DRAWN_FROM)}.")


@torch.no_grad()
def training_codes(run: Run, model: Model) -> Tensor:
    """A draw of q(z|x) for each of at most `FITTED` training images, `(N, D)` on the CPU; seeded."""
    train, device = run.data("all").train, next(model.parameters()).device
    rows = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:FITTED]
    generator = torch.Generator(device=device).manual_seed(0)
    # A model that classifies does so here as well: most of the labels are hidden from it.
    labels = None if train.labels is None or model.predicts_class else train.labels[rows]
    draws = [model.encode(x, y).sample(generator).cpu() for x, y in in_order(train.images[rows], labels, device)]
    return torch.cat(draws)


def draw_codes(density: Distribution, count: int, seed: int) -> Tensor:
    """`count` codes `(n, D)` float32 of a density; the caller's random state is unchanged."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        return density.sample(torch.Size((count,))).float()
