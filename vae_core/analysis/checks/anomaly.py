"""Anomaly detection: images ranked by a model's loss, with a threshold from normal images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...config import ConfigError
from ...datasets import DataConfig, ImageData, load
from ...datasets.base import DataError
from ...datasets.resizing import resize
from ...metrics import METRICS
from ...metrics.coded import MetricError
from ...models import Model
from ...training.batches import in_order

#: Score → its title; anomalous images have larger scores.
ANOMALY_SCORES = {
    "nelbo": "−ELBO at z = μ, in nats",
    "distortion": "Distortion at z = μ, in nats",
    "rate": "Rate, in nats",
    "mse": "MSE per pixel",
}
Floats = NDArray[np.float64]


@torch.no_grad()
def anomaly_scores(model: Model, images: Tensor, labels: Tensor | None = None) -> dict[str, Floats]:
    """Score → values `(N,)` of uint8 images `(N, C, H, W)`; without "rate" and "nelbo" for a model without a prior.

    Deterministic: z = mu, and a rate without a closed form is estimated from one seeded sample.
    """
    device = model.device
    generator = torch.Generator(device=device).manual_seed(0)
    parts: dict[str, list[Tensor]] = {}
    for x, y in in_order(images, labels, device):
        posterior = model.encode(x, y)
        scores = {"distortion": model.distortion(x, posterior.mu, y)}
        scores["mse"] = METRICS["mse"].function(x, model.decode(posterior.mu, y))
        if (rate := posterior.rate_per_dim(posterior.sample(generator))) is not None:
            scores["rate"] = rate.flatten(1).sum(1)
            scores["nelbo"] = scores["distortion"] + scores["rate"]
        for name, values in scores.items():
            parts.setdefault(name, []).append(values.cpu())
    return {name: torch.cat(batches).double().numpy() for name, batches in parts.items()}


@dataclass(frozen=True)
class Roc:
    """How well a score separates anomalous from normal images: the ROC curve and its area.

    fpr, tpr `(T,)` in [0, 1]; auc in [0, 1], 0.5 is chance; true_positive_rate: at the chosen threshold.
    """

    fpr: Floats
    tpr: Floats
    auc: float
    true_positive_rate: float


def threshold_at(normal: Floats, percentile: float) -> float:
    """The score that `percentile` % of the normal images are below.

    Raises:
        MetricError: a percentile out of range, or no images.
    """
    if not 0 < percentile < 100:
        raise MetricError(f"The percentile {percentile:g}: must be between 0 and 100.")
    if len(normal) == 0:
        raise MetricError("There are no normal images to compute a threshold from.")
    return float(np.percentile(normal, percentile))


def roc(normal: Floats, anomalous: Floats, threshold: float) -> Roc:
    """
    Raises:
        MetricError: no normal or no anomalous images.
    """
    from sklearn.metrics import roc_auc_score, roc_curve

    if len(normal) == 0 or len(anomalous) == 0:
        raise MetricError("A ROC curve needs normal and anomalous images.")
    truth, scores = np.repeat([0, 1], [len(normal), len(anomalous)]), np.concatenate([normal, anomalous])
    fpr, tpr, _ = roc_curve(truth, scores)
    return Roc(fpr, tpr, float(roc_auc_score(truth, scores)), float((anomalous > threshold).mean()))


def other_images(name: str, shape: tuple[int, ...], limit: int = 2000) -> ImageData:
    """Test images of another data set in the model's shape: resized, averaged to grey for grey models, and grey images
    repeated in three channels for colour models.

    Raises:
        DataError, ConfigError: no such data set, or it is not available.
    """
    if len(shape) != 3:
        raise ConfigError(f"Images of shape {shape!r}: must be (C, H, W).")
    data = load(DataConfig(name, image_size=shape[1]), split="test")
    images = resize(data.test.images[:limit], shape[1])
    if images.shape[1] != shape[0]:
        grey = images.float().mean(1, keepdim=True).round().byte()
        images = grey if shape[0] == 1 else images.expand(-1, shape[0], -1, -1).contiguous()
    if len(images) == 0:
        raise DataError(f"{name} has no test images.")
    return ImageData(name, images, 0, None if data.test.labels is None else data.test.labels[:limit], data.class_names)
