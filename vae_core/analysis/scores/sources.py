"""Codes with ground-truth factors, the input of scores: a run's codes, and baselines to compare them with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...config import ConfigError
from ...datasets import ImageData
from ...metrics.coded import TEST, TRAIN, Coded, MetricError
from ...runs import Run
from ...training import choose_device
from ..cache import cached
from ..codes.given import codes_without_encoding
from ..codes.latents import encode_images

#: Images that are encoded for scores: the test split, then training images, as the reference uses the whole data set.
POINTS = TRAIN + TEST
#: Training images that principal components are fitted on.
FITTED = 10_000
#: Whose codes are measured.
SOURCES = {
    "codes": "the run's own codes",
    "pca": "principal components, as many as the run has dimensions",
    "factors": "the factors themselves: the ceiling",
}


def coded_of(run: Run, of: str = "codes") -> Coded:
    """Codes and factors of up to `POINTS` images; factors with one value are left out.

    of: whose codes, one of `SOURCES`.

    Raises:
        MetricError: the data has no factors. DataError, RunError: not cached, and data or weights are not available.
        ConfigError: no such source.
    """
    if of not in SOURCES:
        raise ConfigError(f"--of {of!r}: not known; choose {', '.join(SOURCES)}.")

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        if given := _given(run, of):
            return given
        data = run.data("all")
        if data.test.factors is None or data.train.factors is None:
            raise MetricError(f"{data.name} has no ground-truth factors, so scores that need them cannot be computed.")
        more = max(0, POINTS - len(data.test))
        factors = torch.cat([data.test.factors[:POINTS], data.train.factors[:more]])
        codes = factors.float() if of == "factors" else _ENCODERS[of](run, data, more)
        return {"codes": codes, "factors": factors.short()}, {"names": list(data.factor_names)}

    # A baseline does not depend on the weights, but results are cached in the folders of runs.
    tensors, header = cached(run, "coded", {"points": POINTS} | ({} if of == "codes" else {"of": of}), compute)
    factors = tensors["factors"].numpy().astype(np.int64)
    varying = [index for index in range(factors.shape[1]) if (factors[:, index] != factors[0, index]).any()]
    names = [header["names"][index] for index in varying]
    codes = tensors["codes"].numpy().astype(np.float64)
    return Coded(codes[:, varying] if of == "factors" else codes, factors[:, varying], names)


def _given(run: Run, of: str) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Codes and factors that came with the run; None for a run with an encoder.

    Raises:
        MetricError: there are no factors, or no images for principal components.
    """
    if run.config.model.has_encoder:
        return None
    found = codes_without_encoding(run, run.model(), POINTS)
    if found is None or "factors" not in found[0]:
        raise MetricError(
            f"{run.config.name} has no ground-truth factors, so scores that need them cannot be computed."
        )
    (tensors, names), factors = found, found[0]["factors"]
    if of == "pca":
        raise MetricError(
            f"{run.config.name} is codes without a model, so there are no principal components of images."
        )
    return {"codes": factors.float() if of == "factors" else tensors["mu"], "factors": factors}, {
        "names": names["factor_names"]
    }


def _encoded(run: Run, data: ImageData, more: int) -> Tensor:
    images = torch.cat([data.test.images[:POINTS], data.train.images[:more]])
    labels = None
    if data.test.labels is not None and data.train.labels is not None:
        labels = torch.cat([data.test.labels[:POINTS], data.train.labels[:more]])
    return encode_images(run.model(choose_device("auto")), images, labels)["mu"]


def _principal(run: Run, data: ImageData, more: int) -> Tensor:
    from sklearn.decomposition import PCA

    def flat(images: Tensor) -> np.ndarray:
        return images.flatten(1).float().div(255).numpy()

    dims = min(run.config.model.code_width, data.train.images[0].numel(), len(data.train))
    fitted = PCA(dims, svd_solver="randomized", random_state=0).fit(flat(data.train.images[:FITTED]))
    parts = [fitted.transform(flat(images)) for images in (data.test.images[:POINTS], data.train.images[:more]) if len(images)]  # fmt: skip
    return torch.from_numpy(np.concatenate(parts)).float()


_ENCODERS = {"codes": _encoded, "pca": _principal}
