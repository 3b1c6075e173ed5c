"""The codes of test images, which maps, traversals and tables are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...datasets import ImageData
from ...divergences import gaussian_kl
from ...models import Model
from ...models.vae import DiagonalGaussian
from ...runs import Run, RunError
from ...runs.notes import dimension_title
from ...training import COLLAPSED_RATE, choose_device
from ...training.batches import in_order
from ..cache import cache_path, cached
from .given import codes_without_encoding

#: Test images that are encoded by default.
LIMIT = 5000
#: More than any test split has.
ALL = 100_000


@dataclass(frozen=True)
class Latents:
    """Codes of N images in D dimensions, with the images' labels and factors.

    mu `(N, D)`; sigma `(N, D)` posterior σ and rate `(N, D)` nats, None without a posterior or a prior; distortion
    `(N,)` nats at z = mu; labels `(N,)`, factors `(N, F)` or None. standard: the prior is N(0, I); gaussian: also q(z|x) is
    N(mu, sigma²), so that mu and sigma describe it completely. names: those that a person gave to dimensions. drawn: the codes
    are draws from the prior and belong to no images, as of a decoder alone; influence `(D,)`: how much each dimension then
    changes the image (`given.influence`).

    distortion is NaN where there is nothing to compare with.
    """

    mu: NDArray[np.float32]
    sigma: NDArray[np.float32] | None
    rate: NDArray[np.float32] | None
    distortion: NDArray[np.float32]
    labels: NDArray[np.int16] | None
    factors: NDArray[np.int16] | None
    class_names: tuple[str, ...]
    factor_names: tuple[str, ...]
    standard: bool = True
    gaussian: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    drawn: bool = False
    influence: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.mu)

    @property
    def dims(self) -> int:
        return self.mu.shape[1]

    def title(self, dim: int) -> str:
        """ "z3 slant", or "z3" for a dimension without a name."""
        return dimension_title(dim, self.names)

    def weight_per_dim(self) -> NDArray[np.float64]:
        """How informative each dimension is `(D,)`: mean KL in nats, or the variance of the codes without a prior; of drawn
        codes, how much it changes the image."""
        if self.influence is not None:
            return self.influence.astype(np.float64)
        return (self.mu.var(0) if self.rate is None else self.rate.mean(0)).astype(np.float64)

    def order(self) -> list[int]:
        """Dimensions in order of `weight_per_dim`, largest first."""
        return [int(dim) for dim in np.argsort(-self.weight_per_dim(), kind="stable")]

    def collapsed(self) -> list[int]:
        """Dimensions with a mean KL below 0.01 nats; none for a model without a prior."""
        if self.rate is None:
            return []
        return [int(dim) for dim in np.flatnonzero(self.weight_per_dim() < COLLAPSED_RATE)]

    def spread(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and standard deviation `(D,)` of the sliders' range: the prior's 0 and 1, or those of the codes."""
        if self.standard and (self.rate is not None or self.drawn):
            return np.zeros(self.dims), np.ones(self.dims)
        return self.mu.mean(0).astype(np.float64), np.maximum(self.mu.std(0).astype(np.float64), 1e-6)


@torch.no_grad()
def encode_images(model: Model, images: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
    """Encode uint8 images `(N, C, H, W)`: mu `(N, D)`, distortion `(N,)` at z = mu; logvar `(N, D)` where there is one.

    rate `(N, D)` where it does not follow from mu and logvar alone: estimated from one sample for each image.
    """
    device = model.device
    generator = torch.Generator(device=device).manual_seed(0)
    parts: dict[str, list[Tensor]] = {"mu": [], "logvar": [], "distortion": [], "rate": []}
    for x, y in in_order(images, labels, device):
        posterior = model.encode(x, y)
        parts["mu"].append(posterior.mu)
        distortion = (
            model.distortion(x, posterior.mu, y) if model.config.has_decoder else x.new_full((len(x),), torch.nan)
        )
        parts["distortion"].append(distortion)
        if posterior.logvar is not None:
            parts["logvar"].append(posterior.logvar)
        if type(posterior) is not DiagonalGaussian:
            rate = posterior.rate_per_dim(posterior.sample(generator))
            parts["rate"] += [] if rate is None or rate.shape != posterior.mu.shape else [rate]
    return {name: torch.cat(batches).cpu() for name, batches in parts.items() if batches}


def latents_file(run: Run, limit: int = LIMIT) -> Path:
    """The file in which `latents_of` caches its result: mu, logvar, distortion, labels and factors as safetensors."""
    return cache_path(run, "latents", {"limit": limit})


def latents_of(run: Run, limit: int = LIMIT) -> Latents:
    """Codes of the first `limit` test images, from the cache where possible (then no data is needed).

    Raises:
        DataError, RunError: not cached, and data or weights are not available.
    """

    def compute() -> tuple[dict[str, Tensor], dict[str, object]]:
        model = run.model(choose_device("auto"))
        if given := codes_without_encoding(run, model, limit):
            return given
        data: ImageData = run.data("test")
        test = data.test
        labels = None if test.labels is None else test.labels[:limit]
        encoded = encode_images(model, test.items[:limit], labels)
        if not bool(encoded["mu"].isfinite().all()):
            raise RunError(
                f"The codes of the run {run.id!r} are no finite numbers: its weights are damaged; train a new run."
            )
        if labels is not None:
            encoded["labels"] = labels.short()
        if test.factors is not None:
            encoded["factors"] = test.factors[:limit].short()
        names = {"class_names": data.class_names, "factor_names": data.factor_names}
        return encoded, names | {"standard": model.standard_prior}

    tensors, names = cached(
        run, "latents", {"limit": limit}, compute, ["mu", "distortion", "class_names", "factor_names"]
    )
    logvar = tensors.get("logvar")
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    standard = names.get("standard", True)  # files of older versions lack it
    gaussian = standard and logvar is not None and "rate" not in arrays
    if logvar is not None and "rate" not in arrays:
        arrays["rate"] = gaussian_kl(tensors["mu"], logvar).numpy()
    return Latents(
        mu=arrays["mu"],
        sigma=None if logvar is None else torch.exp(0.5 * logvar).numpy(),
        rate=arrays.get("rate"),
        distortion=arrays["distortion"],
        labels=arrays.get("labels"),
        factors=arrays.get("factors"),
        class_names=tuple(names["class_names"]),
        factor_names=tuple(names["factor_names"]),
        standard=standard,
        gaussian=gaussian,
        names=run.notes().names,
        drawn=names.get("drawn", False),
        influence=arrays.get("influence"),
    )
