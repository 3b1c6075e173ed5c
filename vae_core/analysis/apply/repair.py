"""How well a model repairs test images, beside methods without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...config import Config, ConfigError, setting
from ...cores import Threads
from ...metrics.errors import LEAST
from ...runs import Run
from ...training.batches import as_floats
from ..cache import cache_path, cached_numbers
from ..codes.latents import latents_of
from .degradations import MASKS, Degradation, hide, mask_named, noise, small
from .fit import STEPS, Search, first_guess, problem_of, starts_of
from .plain import plain_repairs

#: Resamples of the bootstrap.
RESAMPLES = 1000
MODEL, ONCE = "The code that fits best", "Encoder and decoder, once"


@dataclass(frozen=True)
class RepairConfig(Config):
    """What is done to test images; exactly one of hide, noise and small."""

    hide: str = setting("", "Hide a part of each image", choices=("", *MASKS))
    noise: float = setting(0.0, "Standard deviation of added noise", low=0.0, high=1.0)
    small: int = setting(0, "Side in pixels of the squares that become one pixel", low=0, high=64)
    images: int = setting(64, "Test images", low=2, high=10_000)
    starts: int = setting(4, "Codes that each search begins with", low=1, high=64)
    steps: int = setting(STEPS, "Steps of each search", low=1, high=10_000)
    seed: int = setting(0, "Seed of the noise and the starts", low=0, high=2**31 - 1)

    def degradation(self, side: int) -> Degradation:
        """
        Raises:
            ConfigError: none or several of them, or one that images of this side cannot have."""
        given = [name for name in ("hide", "noise", "small") if getattr(self, name)]
        if len(given) != 1:
            raise ConfigError("Give one of --hide, --noise and --small.")
        if self.hide:
            return hide(mask_named(self.hide, side))
        return noise(self.noise) if self.noise else small(self.small, side)


def repair_table(run: Run, config: RepairConfig, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """What the model and each plain method make of the first test images; cached.

    methods: rows with title, psnr in dB of the mean squared error over the hidden pixels (else all) of all images, low and
    high: its 95 % bootstrap interval over images. gain: the model's psnr minus that of the best plain method, with the interval
    of the difference on the same images. steps, starts, images, seed: as in `config`.

    Raises:
        ConfigError: a degradation that does not fit, a model without gradients. DataError, RunError: no data or weights.
    """
    return cached_numbers(run, "repair", asdict(config), lambda: _table(run, config, progress))


def is_cached(run: Run, config: RepairConfig) -> bool:
    """Whether `repair_table` has its numbers already."""
    return cache_path(run, "repair", asdict(config)).exists()


def _table(run: Run, config: RepairConfig, progress: Callable[[int, int], None] | None) -> dict[str, Any]:
    model, codes = run.model().requires_grad_(False), latents_of(run)
    degradation = config.degradation(model.config.shape[1])
    data = run.data("all")
    x = as_floats(data.test.images[: config.images])
    labels = None if data.test.labels is None else data.test.labels[: config.images]
    seen = degradation.see(x, torch.Generator().manual_seed(config.seed))
    problem = problem_of(model, degradation, seen, codes, config.starts, labels)
    guess = first_guess(problem, x, config.starts)
    search = Search(problem, starts_of(problem, guess, config.starts, config.seed), config.steps)
    with Threads() as threads:
        while search.advance():
            threads.step()
            if progress:
                progress(search.step, config.steps)
    answers = {MODEL: problem.images(best_of(search, config.starts))[:: config.starts]}
    with torch.no_grad():
        y = labels if model.conditional else None
        answers[ONCE] = model.decode(model.embed(guess, y), y)
    answers |= plain_repairs(degradation, seen, data.train.images, config.seed)
    errors = {title: squared_error(degradation, x, answer) for title, answer in answers.items()}
    return {"methods": rows_of(errors, config.seed), "gain": gain_of(errors, config.seed)} | asdict(config)


def best_of(search: Search, starts: int) -> Tensor:
    """The most probable code of each image, in the place of its first start: `(n · starts, D)`."""
    first = torch.arange(0, len(search.energy), starts)
    best = search.best.clone()
    best[first] = search.best[first + search.energy.unflatten(0, (-1, starts)).argmin(1)]
    return best


def squared_error(degradation: Degradation, x: Tensor, answer: Tensor) -> NDArray[np.float64]:
    """Mean squared error of each image over the pixels that are compared, `(n,)`."""
    difference = degradation.compared(answer) - degradation.compared(x)
    return difference.square().mean(1).double().numpy()


def decibels(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """PSNR of squared errors of images in [0, 1]."""
    return -10 * np.log10(np.maximum(error, LEAST))


def rows_of(errors: dict[str, NDArray[np.float64]], seed: int) -> list[dict[str, Any]]:
    """One row for each method, see `repair_table`."""
    return [
        {"title": title, "psnr": float(decibels(error.mean())), **_interval(decibels(_resampled(error, seed)))}
        for title, error in errors.items()
    ]


def gain_of(errors: dict[str, NDArray[np.float64]], seed: int) -> dict[str, Any]:
    """The model beside the best method without a model: over, value in dB, low, high."""
    plain = {title: error for title, error in errors.items() if title not in (MODEL, ONCE)}
    best = min(plain, key=lambda title: float(plain[title].mean()))
    ours, theirs = (decibels(_resampled(error, seed)) for error in (errors[MODEL], plain[best]))
    value = float(decibels(errors[MODEL].mean()) - decibels(plain[best].mean()))
    return {"over": best, "value": value, **_interval(ours - theirs)}


def _resampled(error: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Means of bootstrap resamples of images; the same images for the same seed."""
    rows = np.random.default_rng(seed).integers(len(error), size=(RESAMPLES, len(error)))
    return error[rows].mean(1)


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return {"low": float(low), "high": float(high)}
