"""Codes that explain what is left of an image: the most probable ones, or draws from p(z|y).

    J(z) = −log p(y|z) − log p(z)        in nats, up to a constant; β has no part in it

p(z) is N(0, I); for a model without such a prior, the Gaussian with the mean and deviations of its codes stands for it. Both
searches move u = (z − mean) / deviation, so that their step sizes fit every model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ...config import ConfigError
from ...models import Model
from ...training.optimizers import Adam
from ..codes.latents import Latents
from .degradations import Degradation
from .plain import enlarged

#: Steps of a search, and the step size that it begins with.
STEPS, RATE = 150, 0.1
#: The acceptance that is best for Langevin proposals (Roberts & Rosenthal 1998).
ACCEPTANCE = 0.574


@dataclass(frozen=True)
class Problem:
    """seen `(B, C, h, w)`: what is left of each image, repeated for each of its starts. mean, deviation `(D,)`: of the
    prior. labels `(B,)`: the classes of a conditional model.
    """

    model: Model
    degradation: Degradation
    seen: Tensor
    mean: Tensor
    deviation: Tensor
    labels: Tensor | None = None

    def codes(self, u: Tensor) -> Tensor:
        """Standardised codes → codes, `(B, D)`."""
        return self.mean + self.deviation * u

    def energy(self, u: Tensor) -> Tensor:
        """J in nats, `(B,)`."""
        logits = self.model.decode_logits(self.codes(u), self.labels).float()
        return self.degradation.nll(self.model, logits, self.seen) + 0.5 * u.square().sum(1)

    def slope(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """J `(B,)` and its gradient `(B, D)`."""
        with torch.enable_grad():
            at = u.detach().clone().requires_grad_()
            energy = self.energy(at)
            (gradient,) = torch.autograd.grad(energy.sum(), at)
        return energy.detach(), gradient

    def images(self, u: Tensor) -> Tensor:
        """Decoded mean images `(B, C, H, W)` in [0, 1]."""
        with torch.no_grad():
            return self.model.decode(self.codes(u), self.labels)


def problem_of(model: Model, degradation: Degradation, seen: Tensor, codes: Latents, starts: int, labels: Tensor | None = None) -> Problem:  # fmt: skip
    """The problem of n images, each with `starts` codes that lie together: B = n · starts.

    Raises:
        ConfigError: the model has no gradients in its code.
    """
    if not model.differentiable:
        raise ConfigError(f"{model.title}: it came without gradients, so none leads to a better code.")
    if not model.continuous:
        raise ConfigError(f"{model.title}: its codes are indices, so no gradient leads to a better one.")
    centre, deviation = (torch.from_numpy(part).float() for part in codes.spread())
    repeated = None if labels is None or not model.conditional else labels.repeat_interleave(starts)
    return Problem(model, degradation, seen.repeat_interleave(starts, 0), centre, deviation, repeated)


def first_guess(problem: Problem, x: Tensor, starts: int) -> Tensor:
    """A whole image for the encoder to begin with, `(n, C, H, W)`: hidden pixels are what the model decodes at the mean code, a
    small image is enlarged.
    """
    degradation, seen = problem.degradation, problem.seen[::starts]
    if degradation.task == "small":
        return enlarged(seen, degradation.factor)
    if degradation.mask is None:
        return seen.clamp(0, 1)
    return degradation.whole(x, problem.images(torch.zeros(len(problem.seen), len(problem.mean)))[::starts])


def starts_of(problem: Problem, guess: Tensor, starts: int, seed: int = 0) -> Tensor:
    """Where to begin, `(n · starts, D)`, standardised: the encoder's code of a plain `guess (n, C, H, W)`, then draws of N(0, I)."""
    u = torch.randn(len(guess), starts, len(problem.mean), generator=torch.Generator().manual_seed(seed))
    labels = None if problem.labels is None else problem.labels[::starts]
    with torch.no_grad():
        u[:, 0] = (problem.model.embed(guess, labels) - problem.mean) / problem.deviation
    return u.flatten(0, 1)


class Search:
    """The most probable codes: Adam (Kingma & Ba 2015) on J with a step size that falls to 0 as a cosine, from every start."""

    def __init__(self, problem: Problem, u: Tensor, steps: int = STEPS) -> None:
        self.problem, self.steps, self.step = problem, steps, 0
        self.at = u.clone()
        # β₂ for a hundred steps, not for thousands.
        self.optimiser = Adam([self.at], lr=RATE, betas=(0.9, 0.99))
        self.best, self.energy = u, torch.full((len(u),), math.inf)

    def advance(self) -> bool:
        """One step; False once all are done. `best` and `energy` are the best so far of each start."""
        energy, self.at.grad = self.problem.slope(self.at)
        better = energy < self.energy
        self.best = torch.where(better[:, None], self.at, self.best)
        self.energy = torch.where(better, energy, self.energy)
        if self.step >= self.steps:
            return False
        self.step += 1
        self.optimiser.param_groups[0]["lr"] = 0.5 * RATE * (1 + math.cos(math.pi * self.step / (self.steps + 1)))
        self.optimiser.step()
        return True


class Langevin:
    """Draws from p(z|y): Langevin proposals that are accepted or not (MALA, Roberts & Tweedie 1996), at temperature 1.

    The step size of each chain is adapted in the first half. Each chain begins at a code of its own, and a few hundred steps do
    not cross from one good answer to a very different one: how often an answer comes is not its probability.
    """

    def __init__(self, problem: Problem, u: Tensor, steps: int = 2 * STEPS, seed: int = 0) -> None:
        self.problem, self.steps, self.step = problem, steps, 0
        self.generator = torch.Generator().manual_seed(seed)
        self.best = u
        self.energy, self.gradient = problem.slope(u)
        self.size = torch.full((len(u), 1), 0.01)
        self.accepted = torch.zeros(len(u))

    def advance(self) -> bool:
        """One step; False once all are done. `best` and `energy` are where each chain is."""
        if self.step >= self.steps:
            return False
        self.step += 1
        size = self.size
        noise = torch.randn(self.best.shape, generator=self.generator)
        proposal = self.best - size * self.gradient + (2 * size).sqrt() * noise
        energy, gradient = self.problem.slope(proposal)
        back = (self.best - proposal + size * gradient).square().sum(1) / (4 * size[:, 0])
        log_ratio = self.energy - energy + 0.5 * noise.square().sum(1) - back
        log_ratio = torch.where(log_ratio.isfinite(), log_ratio, torch.tensor(-math.inf))
        accept = torch.rand(len(log_ratio), generator=self.generator).log() < log_ratio
        self.best = torch.where(accept[:, None], proposal, self.best)
        self.gradient = torch.where(accept[:, None], gradient, self.gradient)
        self.energy = torch.where(accept, energy, self.energy)
        if 2 * self.step <= self.steps:
            likely = log_ratio.clamp(max=0).exp()
            self.size = size * (2 * self.step**-0.6 * (likely - ACCEPTANCE))[:, None].exp()
        else:
            self.accepted += accept.float()
        return True


def solve(
    problem: Problem, u: Tensor, steps: int = STEPS, progress: Callable[[int, int], None] | None = None
) -> Search:
    """A search that has been run to its end."""
    search = Search(problem, u, steps)
    while search.advance():
        if progress:
            progress(search.step, steps)
    return search
