"""A classifier trained on a few images of each class, with and without synthetic ones.

Synthetic images of a conditional model are draws from its prior in each class. Of any other model they are decoded from codes
between those of two of the few images of a class (interpolation in code space, DeVries & Taylor 2017, §3), which needs no label
beyond theirs. Beside both: the same number of images between two images themselves (SMOTE on pixels, Chawla et al. 2002, §4.2).
"""

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
from ...models import Model
from ...runs import Run
from ...training.batches import as_floats
from ..cache import cache_path, cached_numbers
from ..images.traversal import decode

REAL, SYNTHETIC, BETWEEN = "Real images", "Real and synthetic", "Real and between pixels"
#: The classifier: multinomial logistic regression on pixels in [0, 1], with this inverse strength of its L2 penalty.
INVERSE_PENALTY = 0.1


@dataclass(frozen=True)
class AugmentConfig(Config):
    """How many images the classifier is trained on, and how often that is repeated."""

    per_class: int = setting(10, "Real images of each class", low=2, high=10_000)
    synthetic: int = setting(50, "Synthetic images of each class", low=1, high=10_000)
    seeds: int = setting(8, "Repetitions, each with other real images", low=2, high=1000)
    tested: int = setting(2000, "Test images that the classifier is tested on", low=10, high=100_000)


def augment_table(run: Run, config: AugmentConfig, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:  # fmt: skip
    """Accuracy on test images, which neither the classifier nor the model has been trained on; cached.

    rows: title, accuracy 0 to 1, low and high (95 % t interval over seeds). gain, rival: of the model and of interpolated pixels
    over real images alone, paired by seed, with intervals. conditional: whether the model has seen the labels of all training
    images.

    Raises:
        ConfigError: images without labels, a class with too few images, codes that are indices. DataError, RunError: no data or
            weights.
    """
    return cached_numbers(run, "augment", asdict(config), lambda: _table(run, config, progress))


def is_cached(run: Run, config: AugmentConfig) -> bool:
    """Whether `augment_table` has its numbers already."""
    return cache_path(run, "augment", asdict(config)).exists()


def _table(run: Run, config: AugmentConfig, progress: Callable[[int, int], None] | None) -> dict[str, Any]:
    model, data = run.model(), run.data("all")
    train, test = data.train, data.test
    if train.labels is None or test.labels is None:
        raise ConfigError(f"The images of {run.id!r} have no labels, so there is nothing to classify.")
    x, y = test.images[: config.tested].flatten(1).numpy() / 255, test.labels[: config.tested].numpy()
    accuracy: dict[str, list[float]] = {REAL: [], SYNTHETIC: [], BETWEEN: []}
    with Threads() as threads:
        for seed in range(config.seeds):
            rows = few_of_each(train.labels, config.per_class, seed)
            few, labels = train.images[rows], train.labels[rows]
            accuracy[REAL].append(tested(few, labels, None, x, y))
            images, classes = synthetic_images(model, few, labels, config.synthetic, seed)
            accuracy[SYNTHETIC].append(tested(few, labels, (images, classes), x, y))
            images, classes = between_pixels(few, labels, config.synthetic, seed)
            accuracy[BETWEEN].append(tested(few, labels, (images, classes), x, y))
            threads.step()
            if progress:
                progress(seed + 1, config.seeds)
    found = {title: np.array(values) for title, values in accuracy.items()}
    return {
        "rows": [{"title": title, **t_interval(values)} for title, values in found.items()],
        "gain": t_interval(found[SYNTHETIC] - found[REAL]),
        "rival": t_interval(found[BETWEEN] - found[REAL]),
        "conditional": model.conditional,
        "training": len(train),
    } | asdict(config)


def few_of_each(labels: Tensor, count: int, seed: int) -> Tensor:
    """Rows of `count` images of each class, drawn without replacement.

    Raises:
        ConfigError: a class has fewer.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for label in labels.unique().tolist():
        members = torch.nonzero(labels == label).flatten()
        if len(members) < count:
            raise ConfigError(f"--per-class {count}: class {label} has {len(members)} training images; use at most that many.")  # fmt: skip
        rows.append(members[torch.randperm(len(members), generator=generator)[:count]])
    return torch.cat(rows)


@torch.no_grad()
def synthetic_images(model: Model, few: Tensor, labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """`count` images of each class in [0, 1] `(K, C, H, W)`, and their classes; see the top of this file.

    Raises:
        ConfigError: a model whose codes are indices and that is not conditional.
    """
    generator = torch.Generator().manual_seed(seed)
    classes = labels.unique()
    targets = classes.repeat_interleave(count)
    if model.conditional:
        return _decoded(model, model.prior_sample(len(targets), generator), targets), targets
    if not model.continuous:
        raise ConfigError(f"{model.title}: its codes are indices, with nothing between two of them.")
    return _decoded(model, between(model.embed(as_floats(few)), labels, count, generator), None), targets


def between_pixels(few: Tensor, labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """The same without a model: between the pixels of two images."""
    pixels = between(as_floats(few).flatten(1), labels, count, torch.Generator().manual_seed(seed))
    return pixels.unflatten(1, tuple(few.shape[1:])), labels.unique().repeat_interleave(count)


def between(points: Tensor, labels: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """`count` points of each class, each at a random place between two different ones of `points (n, D)`."""
    found = []
    for label in labels.unique().tolist():
        members = points[labels == label]
        first = torch.randint(len(members), (count,), generator=generator)
        other = (first + torch.randint(1, len(members), (count,), generator=generator)) % len(members)
        found.append(torch.lerp(members[first], members[other], torch.rand(count, 1, generator=generator)))
    return torch.cat(found)


def tested(few: Tensor, labels: Tensor, more: tuple[Tensor, Tensor] | None, x: NDArray[Any], y: NDArray[Any]) -> float:
    """Accuracy on x `(T, P)`, y `(T,)` of the classifier trained on uint8 images and floats `more`."""
    from sklearn.linear_model import LogisticRegression

    images, classes = as_floats(few).flatten(1), labels
    if more is not None:
        images, classes = torch.cat([images, more[0].flatten(1)]), torch.cat([classes, more[1]])
    classifier = LogisticRegression(C=INVERSE_PENALTY, tol=1e-3, max_iter=5000)
    return float(classifier.fit(images.numpy(), classes.numpy()).score(x, y))


def t_interval(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean with its 95 % t interval: value, low, high."""
    from scipy.stats import t

    mean = float(values.mean())
    margin = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return {"value": mean, "low": mean - margin, "high": mean + margin}


def _decoded(model: Model, codes: Tensor, labels: Tensor | None) -> Tensor:
    parts = [
        decode(model, codes[start : start + 500], None if labels is None else labels[start : start + 500])
        for start in range(0, len(codes), 500)
    ]
    return torch.cat(parts)
