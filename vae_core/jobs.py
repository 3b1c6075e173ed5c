"""From settings to a trained and evaluated run: shared by the CLI, the app and Python."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from .analysis import EvaluateConfig, MapConfig, at_nearest, evaluate, latents_of, map_of, rate_curve
from .config import BetascopeError, Config, ConfigError, TrainingFailed, shown
from .datasets import load
from .datasets.base import DataConfig
from .datasets.own import is_path
from .datasets.roots import permitted
from .datasets.tables import is_table
from .models import MODELS, ModelConfig, create, families, family
from .runs import Run, RunConfig, RunError, Store, alike, execute, execute_together, follow, plan_run
from .runs.recorder import OnStep
from .training import TrainConfig, fit
from .training.calibration import estimated_seconds
from .training.distributed import ALONE, Group

#: Seconds that a task waits for a run whose lock another process still holds.
PATIENCE = 60.0
#: Settings that come from the data, never from the user.
FROM_DATA = ("shape", "classes", "train_size", "cardinalities")


def setting_names(config: type[Config]) -> list[str]:
    """The names of the settings that a user may give, in order."""
    left_out = {*FROM_DATA, *getattr(config, "unused", ())}
    return [field.name for field in dataclasses.fields(config) if field.name not in left_out]


def configure(dataset: str, model: str = "beta_vae", *, name: str = "", **settings: Any) -> RunConfig:
    """A complete run configuration from flat settings: `configure("digits", "beta_vae", beta=4, epochs=30)`.

    `seed` seeds weights, batches and noise; the data's own seed is `data_seed`.

    Raises:
        ConfigError, DataError: one sentence that names the setting, its value and what would be accepted.
    """
    kind = family(model).Config
    data_names = [name for name in setting_names(DataConfig) if name not in ("name", "seed")]
    if is_path(dataset) or is_table(dataset):
        dataset = str(permitted(dataset).absolute())  # a worker runs in another folder
    data, model_settings, train = {"name": dataset}, {}, {}
    for key, value in settings.items():
        if key in data_names:
            data[key] = value
        elif key == "data_seed":
            data["seed"] = value
        elif key in setting_names(kind):
            model_settings[key] = str(permitted(value).absolute()) if key == "perceptual" and value else value
        elif key in setting_names(TrainConfig):
            train[key] = value
        else:
            raise ConfigError(_unknown(key, value, model))
    return plan_run(DataConfig.from_dict(data), model, model_settings, TrainConfig.from_dict(train), name)


def autoencoder_beside(run: Run) -> RunConfig:
    """A plain autoencoder with the run's images, network, dimensions, seed and training, as a baseline.

    Raises:
        ConfigError, DataError: the run's settings do not suit an autoencoder, or its data is not available.
    """
    data = run.config.data.to_dict()
    shared = {name: getattr(run.config.model, name) for name in setting_names(ModelConfig)}
    settings = data | shared | run.config.train.to_dict()
    dataset, seed = settings.pop("name"), data["seed"]
    name = f"Autoencoder beside {run.config.name}"
    return configure(dataset, "autoencoder", name=name, **settings | {"data_seed": seed, "seed": run.config.train.seed})


def cost(configs: Sequence[RunConfig]) -> float:
    """About how many seconds it takes here to train these variants of one model, from a few timed steps.

    Raises:
        ConfigError: a device that is not on this machine.
    """
    config = configs[0]
    total = config.train.total_steps(config.train.trained_on(config.model.train_size))
    return estimated_seconds(config.train, create(config.family, config.model), total, len(configs))


def _unknown(key: str, value: Any, model: str) -> str:
    option = f"--{key.replace('_', '-')} {shown(value)}"
    others = [name for name, kind in families().items() if key in setting_names(kind.Config)]
    if others:
        return f"{option}: {model} has no such setting; choose --model {' or '.join(others)}."
    accepted = [*setting_names(family(model).Config), *setting_names(TrainConfig), "size", "image_size", "data_seed"]
    return f"{option}: not a setting; the settings are {', '.join(accepted)}."


def train_run(run: Run, on_progress: OnStep | None = None, group: Group = ALONE) -> str:
    """Train a run to its end, then evaluate it and cache its codes; returns its state.

    group: the processes that train it together; only the leader evaluates.

    Raises:
        BetascopeError, TrainingFailed: as `execute` and `evaluate`.
    """
    if not group.leads:
        return follow(run, group)
    state = execute(run, on_progress, group)
    if state == "done":
        finish(run)
    return state


def train_group(runs: Sequence[Run], action: Callable[[], str | None] = lambda: None) -> dict[str, str]:
    """The same for runs of one group of `alike`, as one batched model where there are several; run id → its state.

    Raises:
        BetascopeError, TrainingFailed: as `execute_together` and `train_run`.
    """
    if len(runs) == 1:
        return {runs[0].id: train_run(runs[0], lambda step, total, status: action())}
    states = execute_together(runs, lambda step, total, status: action())
    for run in runs:
        if states[run.id] == "done":
            finish(run)
    return states


def train_folders(paths: Sequence[str], threads: int) -> None:
    """The task of a machine of a cluster: train run folders, those that are `alike` as one batched model.

    A run that fails has the reason in its status; no error is raised for it.
    """
    torch.set_num_threads(threads)
    runs = [Run.open(path) for path in map(Path, paths) if path.is_dir()]
    for group in alike([run for run in runs if run.status()["state"] != "done"]):
        if len(group) == 1 or any((run.path / "request.json").exists() or run.is_alive() for run in group):
            for run in group:
                train_folder(run)
        else:
            with suppress(BetascopeError, TrainingFailed):  # the reason is in every status
                train_group(group)


def train_folder(run: Run) -> str:
    """Train a run on a cluster; returns its state. Waits for a lock that a dead process may still seem to hold."""
    deadline = time.monotonic() + PATIENCE
    if (run.path / "request.json").exists():
        return run.status()["state"]  # removed from the queue before it started
    while run.status()["state"] != "done":
        try:
            return train_run(run)
        except RunError as error:
            if not run.is_alive() or time.monotonic() > deadline:
                run.set_status(state="failed", message=str(error))
                return "failed"
            time.sleep(1)
        except (BetascopeError, TrainingFailed) as error:
            run.set_status(state="failed", message=str(error))
            return "failed"
    return "done"


def rehearse() -> None:
    """One step of a small model on digits, saved nowhere: what a training loads and compiles is there afterwards."""
    data = load(DataConfig("digits", image_size=8))
    model = create("vae", MODELS["vae"].Config(shape=data.shape, network="conv", latent_dim=2))
    fit(model, data, TrainConfig(steps=1, snapshots=0, precision="float32"))


def finish(run: Run) -> None:
    """Compute what every page shows first: evaluation, codes and their PCA map; for a multi-rate model the curve over β."""
    evaluate(run, EvaluateConfig())
    if run.config.model.betas:
        rate_curve(run)
        run = at_nearest(run)
    codes = latents_of(run)
    map_of(run, MapConfig(method="plane" if codes.dims == 2 else "pca"))


def train(dataset: str, model: str = "beta_vae", *, store: Store | None = None, name: str = "", **settings: Any) -> Run:
    """Train in this process and return the finished run.

    Raises:
        BetascopeError, TrainingFailed: as `configure` and `train_run`.
    """
    run = (store or Store()).create(configure(dataset, model, name=name, **settings))
    train_run(run)
    return Run.open(run.path, run.id)  # `auto` settings are resolved now
