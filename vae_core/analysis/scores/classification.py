"""Accuracy of a model that classifies, beside classifiers trained on the same labelled images alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...datasets.base import Split
from ...models import Model, ModelConfig
from ...networks import NETWORKS, Style
from ...runs import Run
from ...training.batches import as_floats, in_order
from ...training.loop import training_splits
from ...training.optimizers import Adam
from ..cache import cached_numbers

#: Number in the table → its title; all are shares of the test split in [0, 1].
ACCURACIES = {
    "accuracy": "Accuracy",
    "accuracy_network": "Accuracy, network alone",
    "accuracy_logistic": "Accuracy, logistic regression",
}
#: Steps and images per step of the network that is trained on the labelled images alone.
STEPS, BATCH = 500, 128


@torch.no_grad()
def class_probabilities(model: Model, images: Tensor) -> Tensor:
    """q(y|x) `(N, K)` of uint8 images `(N, C, H, W)`, on the CPU; for a model with `predicts_class`."""
    device = next(model.parameters()).device
    return torch.cat([model.class_logits(x).softmax(1).cpu() for x, _ in in_order(images, None, device)])


def accuracy(model: Model, images: Tensor, labels: Tensor) -> float:
    """Share of uint8 images `(N, C, H, W)` whose most probable class is their label `(N,)`."""
    return float((class_probabilities(model, images).argmax(1) == labels.cpu()).double().mean())


def baseline_accuracies(run: Run) -> dict[str, Any]:
    """What the labelled training images reach without the others, on the whole test split; cached with the run.

    accuracy_network: a network like the model's classifier with cross-entropy, 500 steps of Adam from the run's seed;
    accuracy_logistic: scikit-learn's logistic regression (C = 1) on pixels; label_count: how many images they learn from.

    Raises:
        DataError, RunError: the images are not available.
    """

    def compute() -> dict[str, Any]:
        data, model = run.data("all"), run.model()
        train, _ = training_splits(model, data, run.config.train)
        seen = with_labels(train)
        x, y = as_floats(data.test.images), data.test.labels
        assert y is not None, "a model that classifies has labels"
        seed = run.config.train.seed
        return {
            "accuracy_network": _network(run.config.model, seen, x, y, seed),
            "accuracy_logistic": _logistic(seen, x, y),
            "label_count": len(seen),
        }

    return cached_numbers(run, "classifiers", {"steps": STEPS, "batch": BATCH}, compute)


def with_labels(train: Split) -> Split:
    """The images whose labels are not hidden."""
    assert train.labels is not None, "a model that classifies has labels"
    rows = train.labels >= 0
    return Split(train.images[rows], train.labels[rows], None)


def _network(config: ModelConfig, seen: Split, x: Tensor, y: Tensor, seed: int) -> float:
    assert seen.labels is not None
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        style = Style(config.hidden, config.channels, config.norm, config.dropout)
        channels, height, width = config.shape
        network = NETWORKS[config.network].encoder((channels, height, width), config.classes, style)
        optimiser = Adam(network.parameters(), 1e-3)
        for _ in range(STEPS):
            rows = torch.randint(len(seen), (min(BATCH, len(seen)),), generator=generator)
            optimiser.zero_grad()
            functional.cross_entropy(network(as_floats(seen.images[rows])), seen.labels[rows]).backward()
            optimiser.step()
    with torch.no_grad():
        predicted = torch.cat([network.eval()(block).argmax(1) for block in x.split(500)])
    return float((predicted == y).double().mean())


def _logistic(seen: Split, x: Tensor, y: Tensor) -> float:
    from sklearn.linear_model import LogisticRegression

    assert seen.labels is not None
    pixels = as_floats(seen.images).flatten(1).numpy()
    fitted = LogisticRegression(max_iter=5000).fit(pixels, seen.labels.numpy())
    return float(np.mean(fitted.predict(x.flatten(1).numpy()) == y.numpy()))
