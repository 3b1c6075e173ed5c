"""The repair of one image in short slices, so that others can use the processor in between and its states can be shown."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from ...models import Model
from ..codes.latents import Latents
from .degradations import Degradation
from .fit import Langevin, Search, first_guess, problem_of, starts_of
from .plain import plain_repairs
from .repair import decibels, squared_error


class OneRepair:
    """The search for codes of what is left of one image; with `draws`, draws from p(z|y) that begin at the codes found.

    x `(1, C, H, W)` in [0, 1]: the image. label: the class of a conditional model. seen: what is left of x.

    Raises:
        ConfigError: the model has no gradients in its code.
    """

    def __init__(
        self, model: Model, codes: Latents, degradation: Degradation, x: Tensor, *, starts: int, seed: int = 0,
        draws: bool = False, label: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.degradation, self.x, self.draws, self.seed = degradation, x, draws, seed
        self.seen = degradation.see(x, torch.Generator().manual_seed(seed))
        self.problem = problem_of(model, degradation, self.seen, codes, starts, label)
        guess = first_guess(self.problem, x, starts)
        self.search: Search | Langevin = Search(self.problem, starts_of(self.problem, guess, starts, seed))

    def advance(self, seconds: float) -> bool:
        """Steps for so long, at least one; False once there are no more."""
        end = time.monotonic() + seconds
        while True:
            if not self.search.advance():
                if not self.draws or isinstance(self.search, Langevin):
                    return False
                self.search = Langevin(self.problem, self.search.best, seed=self.seed)
            if time.monotonic() > end:
                return True

    @property
    def progress(self) -> float:
        """The share of all steps that are done, 0 to 1."""
        share = self.search.step / self.search.steps
        if not self.draws:
            return share
        return share / 3 if isinstance(self.search, Search) else (1 + 2 * share) / 3  # draws take twice as many steps

    @property
    def energy(self) -> Tensor:
        """J of each answer in nats, up to a constant, `(starts,)`."""
        return self.search.energy

    @property
    def codes(self) -> Tensor:
        """The codes of all answers, `(starts, D)`."""
        return self.problem.codes(self.search.best)

    def answers(self) -> tuple[Tensor, list[float]]:
        """Whole images `(starts, C, H, W)`, and their PSNR in dB over the pixels that are compared."""
        return self._compared(self.problem.images(self.search.best))

    def plain(self, training: Tensor) -> tuple[list[str], Tensor, list[float]]:
        """The same of methods without a model, with their titles; training: uint8 `(N, C, H, W)`."""
        found = plain_repairs(self.degradation, self.seen, training, self.seed)
        return list(found), *self._compared(torch.cat(list(found.values())))

    def _compared(self, images: Tensor) -> tuple[Tensor, list[float]]:
        error = squared_error(self.degradation, self.x.expand_as(images), images)
        return self.degradation.whole(self.x, images), decibels(error).tolist()
