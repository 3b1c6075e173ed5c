"""A model or codes from elsewhere → a run folder that is done from the start."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import datasets
from ..analysis import EvaluateConfig, MapConfig, evaluate, latents_of, map_of
from ..datasets import DATASETS
from ..datasets.base import DataConfig
from ..datasets.roots import permitted
from ..models import family
from ..runs import Run, RunConfig, Store
from ..runs.given import FACTORS, IMAGES, LABELS, NO_IMAGES, OWN_IMAGES
from ..runs.notes import Notes
from ..training import TrainConfig
from . import Foreign, Given, ImportFailed, Request, opened

#: Images whose codes give an encoder without a variance a distribution to draw from.
FITTED = 2000


def import_run(
    path: str | Path, request: Request | None = None, *, store: Store | None = None, name: str = "", **settings: Any
) -> Run:
    """Open what is at a path and write it as a run; settings: of the model, as `likelihood="gaussian"`.

    Raises:
        ImportFailed: it cannot be opened. DataError: no such images. ConfigError: a setting. RunError: the store cannot be written.
    """
    path, request, store = permitted(path), request or Request(), store or Store()
    found = opened(path, request)
    run = (
        _codes(found, path, store, name)
        if isinstance(found, Given)
        else _model(found, path, request, store, name, settings)
    )
    try:
        Notes(about=f"Imported from {found.source}: {path.name}.").write(run.path)
        _finish(run)
    except Exception:
        store.delete(run.id)
        raise
    return run


def _model(found: Foreign, path: Path, request: Request, store: Store, name: str, settings: dict[str, Any]) -> Run:
    given = {"encoder": found.encoder, "decoder": found.decoder}
    contents = {half: content for half, content in given.items() if content is not None}
    data, fingerprint, train_size = _data(found, request)
    values = {
        "shape": found.shape, "latent_dim": found.dims, "train_size": train_size, "network": "mlp", "has_logvar": found.has_logvar,
        "has_encoder": "encoder" in contents, "has_decoder": "decoder" in contents,
    }  # fmt: skip
    given_settings = {key: value for key, value in settings.items() if value is not None}
    config = family("imported").Config.from_dict(found.settings | given_settings | values)
    weights: dict[str, Tensor] = {
        half: torch.from_numpy(np.frombuffer(content, np.uint8).copy()) for half, content in contents.items()
    }
    weights |= {"code_mean": torch.zeros(found.dims), "code_variance": torch.ones(found.dims)}
    if not found.has_logvar and data.name != NO_IMAGES:
        weights |= _moments(family("imported")(config), weights, data)
    fingerprint = fingerprint or _digest(*contents.values())
    run_config = RunConfig(
        name or f"{path.stem} {found.dims}-d", data, "imported", config, TrainConfig(precision="float32"), fingerprint,
        versions={"torch": torch.__version__, "source": found.source},
    )  # fmt: skip
    return store.create(run_config, state="done", weights=weights)


def _data(found: Foreign, request: Request) -> tuple[DataConfig, str, int]:
    """The images, their fingerprint, and how many there are to train on.

    Raises:
        DataError: no such images. ImportFailed: images of another shape, or none for an encoder alone.
    """
    if request.data is None:
        if found.decoder is None:
            raise ImportFailed("An encoder alone shows nothing without images; give --dataset.")
        return DataConfig(NO_IMAGES), "", 0
    if found.encoder is None:
        raise ImportFailed(f"--dataset {request.data.name!r}: without an encoder no image has a code; leave it out.")
    data = request.data
    if (
        data.image_size is None
        and (data.name in DATASETS or datasets.own.is_path(data.name))
        and not data.name.endswith(".npy")
    ):
        data = replace(data, image_size=found.shape[1])
    images = datasets.load(data, split="test")
    if images.shape != tuple(found.shape):
        raise ImportFailed(
            f"--dataset {data.name!r}: its images are {images.shape} and the model's {tuple(found.shape)} (channels, height, width); "
            "choose the images that it was trained on."
        )
    return data, images.fingerprint, images.train_size


@torch.no_grad()
def _moments(model: torch.nn.Module, weights: dict[str, Tensor], data: DataConfig) -> dict[str, Tensor]:
    """Mean and variance of codes, for a prior to draw from."""
    model.load_state_dict(weights)
    images = datasets.load(data, split="test").test.images[:FITTED]
    codes = torch.cat([model.encode(part.float() / 255).mu for part in images.split(200)])  # type: ignore[operator]
    return {"code_mean": codes.mean(0), "code_variance": codes.var(0).clamp(min=1e-12)}


def _codes(found: Given, path: Path, store: Store, name: str) -> Run:
    weights = {"codes": found.codes}
    for key, array in ((IMAGES, found.images), (LABELS, found.labels), (FACTORS, found.factors)):
        if array is not None:
            weights[key] = array
    shape = (1, 64, 64) if found.images is None else tuple(found.images.shape[1:])
    config = family("codes").Config.from_dict(
        {"shape": shape, "latent_dim": found.codes.shape[1], "classes": len(found.class_names), "network": "mlp"}
    )
    if found.images is None:
        data, fingerprint = NO_IMAGES, _digest(found.codes.numpy().tobytes())
    else:
        data, given = OWN_IMAGES, (found.labels, found.class_names, found.factors, found.factor_names)
        fingerprint = datasets.ImageData(OWN_IMAGES, found.images, 0, *given).fingerprint
    run_config = RunConfig(
        name or path.stem, DataConfig(data), "codes", config, TrainConfig(precision="float32"), fingerprint,
        versions={"torch": torch.__version__, "source": found.source},
    )  # fmt: skip
    names = {"class_names": list(found.class_names), "factor_names": list(found.factor_names)}
    return store.create(run_config, state="done", weights=weights, names=names)


def _digest(*contents: bytes) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def _finish(run: Run) -> None:
    """What every page shows first: numbers where there are images and both halves, codes, their PCA map."""
    config = run.config.model
    if config.has_encoder and config.has_decoder and run.config.data.name != NO_IMAGES:
        evaluate(run, EvaluateConfig())
    codes = latents_of(run)
    if not codes.drawn and len(codes) >= 10:
        map_of(run, MapConfig(method="plane" if codes.dims == 2 else "pca"))
