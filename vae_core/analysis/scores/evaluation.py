"""Evaluation of a run: its losses and image metrics in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from ...config import Config, setting
from ...datasets.base import DataError
from ...metrics import METRICS, importance_bound
from ...models import Model, family
from ...models.vae import VAE
from ...runs import Run
from ...runs.files import write_json
from ...training import choose_device, measure
from ...training.batches import in_order
from ..histories.recommending import history_scores
from ..tables.errors import column_errors, row_scores
from .classification import accuracy, baseline_accuracies


@dataclass(frozen=True)
class EvaluateConfig(Config):
    """What to evaluate on, and with how many samples."""

    split: str = setting("test", "Which images", choices=("train", "test"))
    iwae: int = setting(0, "K of the importance-weighted bound (0: leave it out)", low=0, high=100_000)
    limit: int | None = setting(None, "Take only the first images of the split (none: all)", low=1)
    seed: int = setting(0, "Seed of the posterior samples", low=0, high=2**32 - 1)
    device: str = setting("auto", "Where to evaluate: auto, cpu, cuda or cuda:N")


def evaluate(run: Run, config: EvaluateConfig, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """ELBO, distortion, rate, KL per dimension, active units, the image metrics, and IWAE-K if requested.

    ELBO and its parts use one posterior sample per image or row; image errors compare x with the decoded mean at
    z = mu; all are means over the split, in nats per image or per pixel. Of a table: `row_scores` instead of image metrics,
    of histories `history_scores`.
    Of a model that classifies also its accuracy and, on the whole test split, the `baseline_accuracies`.
    `progress(done, total)` in images.

    The table of the whole test split is stored in `evaluation.json`, unless the run is one at a β or at a snapshot.

    Raises:
        DataError, RunError: data or weights are not available.
    """
    classifies = family(run.config.family).predicts_class
    is_history = run.config.data_kind == "history"
    data = run.data("all" if config.split == "train" or classifies or is_history else "test")
    split = data.train if config.split == "train" else data.test
    images, labels = split.items[: config.limit], None if split.labels is None else split.labels[: config.limit]
    if len(images) == 0:
        raise DataError(f"The {config.split} split of {data.name} is empty.")
    model = run.model(choose_device(config.device))
    measured = measure(model, images, labels, seed=config.seed).to_dict()
    table = {"split": config.split, **measured}
    if is_history:
        table |= history_scores(model, data, images)
    elif run.config.schema is None:
        table |= _scores(model, images, labels)
    else:
        table |= row_scores(column_errors(model, run.config.schema, images))
        table["log_scale"] = float(run.config.schema.log_scale(images).mean())
    # A multi-rate model is measured at the β that it is conditioned on.
    table["beta"] = model.weight(0) if run.config.model.betas else run.config.beta
    if classifies and labels is not None:
        table |= {"accuracy": accuracy(model, images, labels)}
        table |= baseline_accuracies(run) if config.split == "test" and config.limit is None else {}
    table["iwae"] = _iwae(model, images, labels, config, progress)
    table["iwae_samples"] = config.iwae
    whole = run.requested_beta is None and run.requested_step is None
    if config.split == "test" and config.limit is None and whole:
        write_json(run.path / "evaluation.json", table | {"weights": run.weights_hash()}, run.path)
    return table


@torch.no_grad()
def _scores(model: Model, images: torch.Tensor, labels: torch.Tensor | None) -> dict[str, float]:
    """The image metrics, and the family's own numbers of its codes."""
    sums, codes = dict.fromkeys(METRICS, 0.0), []
    for x, y in in_order(images, labels, _device(model)):
        codes.append(model.embed(x, y))
        means = model.decode(codes[-1], y)
        for name, metric in METRICS.items():
            sums[name] += float(metric.function(x, means).double().sum())
    return {name: total / len(images) for name, total in sums.items()} | model.describe(torch.cat(codes))


def _iwae(
    model: Model,
    images: torch.Tensor,
    labels: torch.Tensor | None,
    config: EvaluateConfig,
    progress: Callable[[int, int], None] | None,
) -> float | None:
    if config.iwae == 0 or not isinstance(model, VAE):
        return None
    device = _device(model)
    generator = torch.Generator(device=device).manual_seed(config.seed)
    total, done = 0.0, 0
    for x, y in in_order(images, labels, device, batch_size=200):
        total += float(importance_bound(model, x, y, config.iwae, generator).sum())
        done += len(x)
        if progress:
            progress(done, len(images))
    return total / len(images)


def _device(model: Model) -> torch.device:
    return model.device
