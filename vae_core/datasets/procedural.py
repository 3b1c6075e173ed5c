"""Data sets that are rendered, not stored: a grid of ground-truth factors and a function that draws them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..cores import Threads
from .base import DataConfig, DataError, ImageData, check_available, test_count
from .resizing import resize


@dataclass(frozen=True)
class FactorSpace:
    """All combinations of some discrete factors, numbered with the last factor moving fastest (as dSprites)."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return math.prod(self.sizes)

    def factors(self, index: Tensor) -> Tensor:
        """Combination numbers `(n,)` in 0..count−1 → factor values `(n, F)` int64."""
        # NumPy's: torch's imports sympy, which takes a second.
        return torch.from_numpy(np.stack(np.unravel_index(index.numpy(), self.sizes), axis=1))

    def sample(self, n: int, seed: int) -> Tensor:
        """`n` distinct random combinations `(n, F)`, the same for the same seed.

        Raises:
            DataError: `n` is above the number of combinations.
        """
        if n > self.count:
            raise DataError(f"{n} distinct combinations were requested, but there are only {self.count}.")
        return self.factors(torch.randperm(self.count, generator=torch.Generator().manual_seed(seed))[:n])

    def check(self, factors: Tensor) -> None:
        """Raises DataError unless `factors` is `(n, F)` with every value within its factor's size."""
        if factors.ndim != 2 or factors.shape[1] != len(self.sizes):
            raise DataError(f"factors of shape {tuple(factors.shape)} were given; (n, {len(self.sizes)}) is needed.")
        outside = (factors < 0) | (factors >= torch.tensor(self.sizes))
        if outside.any():
            row, column = outside.nonzero()[0].tolist()
            value, name, size = factors[row, column].item(), self.names[column], self.sizes[column]
            raise DataError(f"{name} {value} is outside its range; give 0 to {size - 1}.")


@dataclass(frozen=True)
class Drawing:
    """A factor space with the function that draws it, `(n, F)` int64 → `(n, C, H, W)` uint8."""

    space: FactorSpace
    render: Callable[[Tensor], Tensor]
    label: str
    class_names: tuple[str, ...]

    def load(self, config: DataConfig, split: str, default_size: int) -> ImageData:
        """Distinct random combinations by `config.seed`, the last tenth for testing; the labels are one of the factors.

        The factors of both splits are sampled before any image is rendered, so the test images are the same when
        only they are rendered.
        """
        size = config.size or default_size
        check_available(config.name, size, self.space.count)
        n_train = size - test_count(size)
        factors = self.space.sample(size, config.seed)
        if split == "test":
            factors = factors[n_train:]
        return ImageData(
            name=config.name,
            images=self._images(factors, config.image_size),
            n_train=0 if split == "test" else n_train,
            labels=factors[:, self.space.names.index(self.label)].clone(),
            class_names=self.class_names,
            factors=factors,
            factor_names=self.space.names,
            factor_sizes=self.space.sizes,
            train_size=n_train,
        )

    def _images(self, factors: Tensor, side: int | None, chunk: int = 4096) -> Tensor:
        """Rendered and resized in chunks, so that memory holds little more than the result."""
        first = resize(self.render(factors[:1]), side)
        images = first.new_empty(len(factors), *first.shape[1:])
        with Threads() as threads:
            for start in range(0, len(factors), chunk):
                rows = slice(start, start + chunk)
                images[rows] = resize(self.render(factors[rows]), side)
                threads.step()
        return images
