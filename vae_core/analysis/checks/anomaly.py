"""Images that a model does not know: ranked by what they cost, against a threshold on images that it does."""

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

#: Score → what it is; the larger, the odder the image.
ANOMALY_SCORES = {
    "nelbo": "−ELBO at z = μ, in nats",
    "distortion": "Distortion at z = μ, in nats",
    "rate": "Rate, in nats",
    "mse": "MSE per pixel",
}
Floats = NDArray[np.float64]


@torch.no_grad()
def anomaly_scores(model: Model, images: Tensor, labels: Tensor | None = None) -> dict[str, Floats]:
    """Of uint8 images `(N, C, H, W)`, each score `(N,)`; without "rate" and "nelbo" for a model without a prior.

    Noise has no part in it: z = mu, and a rate that has no closed form is that of one seeded draw.
    """
    device = next(model.parameters()).device
    generator = torch.Generator(device=device).manual_seed(0)
    parts: dict[str, list[Tensor]] = {}
    for x, y in in_order(images, labels, device):
        posterior = model.encode(x, y)
        found = {"distortion": model.distortion(x, posterior.mu, y)}
        found["mse"] = METRICS["mse"].function(x, model.decode(posterior.mu, y))
        if (rate := posterior.rate_per_dim(posterior.sample(generator))) is not None:
            found["rate"] = rate.flatten(1).sum(1)
            found["nelbo"] = found["distortion"] + found["rate"]
        for name, values in found.items():
            parts.setdefault(name, []).append(values.cpu())
    return {name: torch.cat(found).double().numpy() for name, found in parts.items()}


@dataclass(frozen=True)
class Roc:
    """How well a score tells odd from normal: rates of false and true alarms at every threshold, and the area under them.

    fpr, tpr `(T,)` in [0, 1]; auc in [0, 1], 0.5 is chance; caught: the true alarms at the threshold in use.
    """

    fpr: Floats
    tpr: Floats
    auc: float
    true_positive_rate: float


def threshold_at(normal: Floats, percentile: float) -> float:
    """The score that `percentile` % of the normal images stay below.

    Raises:
        MetricError: a percentile out of range, or no images.
    """
    if not 0 < percentile < 100:
        raise MetricError(f"The percentile {percentile:g}: must lie between 0 and 100.")
    if len(normal) == 0:
        raise MetricError("There are no normal images to set a threshold on.")
    return float(np.percentile(normal, percentile))


def roc(normal: Floats, odd: Floats, threshold: float) -> Roc:
    """
    Raises:
        MetricError: one of the two has no images.
    """
    from sklearn.metrics import roc_auc_score, roc_curve

    if len(normal) == 0 or len(odd) == 0:
        raise MetricError("A ROC wants normal images and odd ones.")
    truth, scores = np.repeat([0, 1], [len(normal), len(odd)]), np.concatenate([normal, odd])
    fpr, tpr, _ = roc_curve(truth, scores)
    return Roc(fpr, tpr, float(roc_auc_score(truth, scores)), float((odd > threshold).mean()))


def other_images(name: str, shape: tuple[int, ...], limit: int = 2000) -> ImageData:
    """Test images of another data set, made to fit: resized to the model's side, grey for grey models and grey shown
    thrice for colour ones.

    Raises:
        DataError, ConfigError: no such data set, or it cannot be had.
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
