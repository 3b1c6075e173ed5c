"""A run's configuration: data, family, model, training and versions, as stored in `config.json`."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, field
from typing import Any, Self

import torch

from ..config import ConfigError, shown
from ..datasets import load
from ..datasets.base import Data, DataConfig, DataError
from ..datasets.roots import permitted
from ..datasets.tables import Schema
from ..models import ModelConfig, families, family
from ..models.vae import VAE
from ..training import TrainConfig, choose_device
from .files import read_json
from .trackers import check_installed

#: The end of the year 9999, in seconds since 1970.
LATEST = 253_402_300_800


@dataclass(frozen=True)
class RunConfig:
    """Everything needed to reproduce the run."""

    name: str
    data: DataConfig
    family: str
    model: ModelConfig
    train: TrainConfig
    fingerprint: str
    created: float = field(default_factory=time.time)
    versions: dict[str, str] = field(default_factory=dict)
    #: What the columns mean, of a run on a table; so a run's rows can be read without its data.
    schema: Schema | None = None

    @property
    def beta(self) -> float | None:
        """The final weight of the rate: 1 for a plain VAE, None for a family without a rate."""
        return getattr(self.model, "beta", 1.0 if isinstance(self.model, VAE.Config) else None)

    @property
    def data_kind(self) -> str:
        """What the run was trained on: "images", a "table", or users' "history"."""
        return family(self.family).data_kind

    @property
    def item(self) -> str:
        """What one item of the data is called: "image", "row" or "user"."""
        return {"images": "image", "table": "row", "history": "user"}[self.data_kind]

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "name": self.name,
            "data": self.data.to_dict(),
            "family": self.family,
            "model": self.model.to_dict(),
            "train": self.train.to_dict(),
            "fingerprint": self.fingerprint,
            "created": self.created,
            "versions": self.versions,
        }
        return values if self.schema is None else values | {"schema": self.schema.to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """
        Raises:
            ConfigError: a part is missing, unknown or out of bounds.
        """
        if not isinstance(values, dict):
            raise ConfigError(f"config.json holds {shown(values)}; it must be an object.")
        needed = ("name", "data", "family", "model", "train", "fingerprint")
        for key in needed:
            if key not in values:
                raise ConfigError(f"config.json has no {key!r}; it needs {', '.join(needed)}.")
        model = family(values["family"]).Config.from_dict(values["model"])
        schema = Schema.from_dict(values["schema"]) if "schema" in values else None
        if schema is None and family(values["family"]).data_kind == "table":
            raise ConfigError("config.json has no 'schema', which a run on a table needs.")
        if schema is not None and schema.cardinalities != getattr(model, "cardinalities", None):
            raise ConfigError("The 'schema' of config.json has other columns than its 'model'.")
        return cls(
            name=_text(values, "name"),
            data=DataConfig.from_dict(values["data"]),
            family=values["family"],
            model=model,
            train=TrainConfig.from_dict(values["train"]),
            fingerprint=_text(values, "fingerprint"),
            created=_time(values.get("created", 0.0)),
            versions=_texts(values.get("versions", {})),
            schema=schema,
        )


def _text(values: dict[str, Any], key: str) -> str:
    if not isinstance(values[key], str):
        raise ConfigError(f"config.json: {key!r} is {shown(values[key])}; it must be a text.")
    return values[key]


def _time(value: Any) -> float:
    """Seconds since 1970, up to a year that dates know."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        raise ConfigError(f"config.json: 'created' is {shown(value)}; it must be a number of seconds since 1970.")
    return float(value)


def _texts(values: Any) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise ConfigError(f"config.json: 'versions' is {shown(values)}; it must be an object of texts.")
    return values


def plan_run(
    data: DataConfig, family_name: str, model: dict[str, Any], train: TrainConfig, name: str = ""
) -> RunConfig:
    """Complete a run's configuration with what depends on the data: shape, classes, size of the training set.

    model: the family's own settings, without `shape`, `classes` and `train_size`.

    Raises:
        ConfigError, DataError: one sentence on the first setting that does not fit.
    """
    if not family(family_name).trainable:
        raise ConfigError(
            f"--model {family_name!r}: cannot be trained; `python -m vae_core import` opens models from elsewhere."
        )
    kind = family(family_name).Config
    kind.from_dict(model)  # a wrong setting is reported before any data is made
    choose_device(train.device)
    check_installed(train.log)
    loaded: Data = load(data, split="test")
    _check_kind(family_name, loaded)
    if not _has_labels_for(family_name, loaded):
        others = ", ".join(name for name in _suitable(loaded) if _has_labels_for(name, loaded))
        raise ConfigError(
            f"--model {family_name!r}: needs labels, and {data.name} has none; take labelled images, or choose one of {others}."
        )
    _check_perceptual(kind.from_dict(model | loaded.for_model), loaded.shape)
    usable = train.trained_on(loaded.train_size)
    if train.batch_size > usable:
        raise DataError(
            f"--batch-size {train.batch_size}: larger than the {usable} training {loaded.item}s of "
            f"{data.name}; use at most {usable}."
        )
    complete = _with_warmup(kind.from_dict(model | loaded.for_model), train.total_steps(usable))
    return RunConfig(
        name=name or default_name(data, family_name, complete, train.seed),
        data=data,
        family=family_name,
        model=complete,
        train=train,
        fingerprint=loaded.fingerprint,
        versions={"torch": torch.__version__, "python": platform.python_version()},
        schema=getattr(loaded, "schema", None),
    )


def _suitable(data: Data) -> list[str]:
    """The families that learn from this kind of data."""
    return [name for name, kind in families().items() if kind.data_kind == data.kind]


def _has_labels_for(family_name: str, data: Data) -> bool:
    """Whether the data have the classes, or known factors, that the family takes beside the items."""
    kind = family(family_name)
    if kind.learns_factors and data.factors is not None:
        return True
    return bool(data.class_names) or not (kind.conditional or kind.learns_factors)


def _check_kind(family_name: str, data: Data) -> None:
    """
    Raises:
        ConfigError: the family learns from another kind of data.
    """
    kind = family(family_name).data_kind
    if kind != data.kind:
        what = {"images": "images", "table": "a table", "history": "histories (user,item[,rating])"}
        raise ConfigError(
            f"--model {family_name!r}: learns from {what[kind]}, and {data.name} is {what[data.kind]}; "
            f"choose one of {', '.join(_suitable(data))}."
        )


def _with_warmup(model: ModelConfig, total: int) -> ModelConfig:
    """A schedule without a length takes half of the run.

    Raises:
        ConfigError: the schedule is longer than the run.
    """
    if not isinstance(model, VAE.Config) or model.schedule in ("constant", "controlled"):
        return model
    if model.warmup_steps is None:
        return model.replace(warmup_steps=max(1, total // 2))
    if model.warmup_steps > total:
        raise ConfigError(
            f"--warmup-steps {model.warmup_steps}: longer than the run of {total} steps; "
            f"use at most {total}, or train for more."
        )
    return model


def _check_perceptual(model: ModelConfig, shape: tuple[int, ...]) -> None:
    """
    Raises:
        ConfigError: the run whose encoder shall compare images is not given, missing, or of another image shape.
    """
    if not model.perceptual_weight:
        return
    if not model.perceptual:
        raise ConfigError(
            f"--perceptual-weight {model.perceptual_weight:g}: needs --perceptual, the folder of a trained run."
        )
    path = permitted(model.perceptual)
    if not (path / "weights.safetensors").exists():
        raise ConfigError(f"--perceptual {model.perceptual!r}: there is no trained run in this folder.")
    encoder_shape = RunConfig.from_dict(read_json(path / "config.json")).model.shape
    if encoder_shape != shape:
        raise ConfigError(
            f"--perceptual {model.perceptual!r}: takes images of shape {encoder_shape}, and these are {shape}."
        )


def default_name(data: DataConfig, family_name: str, model: ModelConfig, seed: int = 0) -> str:
    """Data, family or β, latent dimensions, and the seed unless it is 0: "sprites β=4 10-d", "sprites β=4 10-d seed 2"."""
    beta = getattr(model, "beta", None)
    kind = family_name if beta is None else f"β={beta:g}"
    return f"{data.name.rstrip('/').rsplit('/', 1)[-1]} {kind} {model.latent_dim}-d" + (f" seed {seed}" if seed else "")
