"""Settings: every configuration from nearly right values, `config.json`, and the command line."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from vae_core.analysis import EvaluateConfig, MapConfig
from vae_core.analysis.apply.augment import AugmentConfig
from vae_core.analysis.apply.compress import CompressConfig
from vae_core.analysis.apply.repair import RepairConfig
from vae_core.cli.catalogue import datasets as _datasets  # noqa: F401  # loaded once, before processes are forked
from vae_core.config import Config, field_types
from vae_core.datasets import DataConfig, sources
from vae_core.jobs import setting_names
from vae_core.models import families, family
from vae_core.runs import RunConfig
from vae_core.runs.intake import shapes_of
from vae_core.training import TrainConfig

from . import material
from .attempt import Place
from .mutate import NUMBERS, TEXTS, changed, value
from .outcome import Outcome
from .pool import attack

OTHERS = (DataConfig, TrainConfig, EvaluateConfig, MapConfig, AugmentConfig, CompressConfig, RepairConfig)


def run(quick: bool, seed: int) -> Outcome:
    few = {"configuration": 400, "config_json": 300, "train": 200, "commands": 80}
    full = {"configuration": 20_000, "config_json": 12_000, "train": 4_000, "commands": 500}
    return attack("settings", few if quick else full, seed)


def prepare(folder: Path) -> None:
    material.train_runs(folder)


def configuration(random: Random, place: Place) -> None:
    """A configuration of any kind; what is taken must go through JSON unchanged."""
    kinds: list[type[Config]] = [*OTHERS, *(one.Config for one in families().values())]
    kind = random.choice(kinds)
    values = {field.name: field.default for field in dataclasses.fields(kind)}
    for name in random.sample(list(values), random.randint(1, min(4, len(values)))):
        values[name] = likely(random, kind, name) if random.random() < 0.5 else value(random)
    taken = kind.from_dict(values)
    again = json.loads(json.dumps(taken.to_dict(), allow_nan=False))
    if kind.from_dict(again) != taken:
        raise AssertionError(f"{taken} is {again} as JSON")


def likely(random: Random, kind: type[Config], name: str) -> Any:
    """A value of the right type, at the edges of what is accepted."""
    declared, _ = field_types(kind)[name]
    limits = kind.__dataclass_fields__[name].metadata
    edges = [edge for edge in (limits.get("low"), limits.get("high"), limits.get("above")) if edge is not None]
    number = random.choice([*edges, *(edge + random.choice((-1, 1, 1e-9)) for edge in edges), *NUMBERS])
    if declared is tuple:
        return random.choice(([number], [], [1] * 64, [8192] * 3, [8] * 100_000, (3, 64, 64), (1, 8, 8)))
    if declared is str:
        return random.choice([*(limits.get("choices") or ()), *TEXTS])
    return number


@cache
def configs() -> tuple[dict[str, Any], ...]:
    """`config.json` of each family with its defaults."""
    shared = {"name": "a run", "fingerprint": "0" * 16, "created": 1.0, "versions": {"torch": "2"}}
    plain = [
        shared | {"data": DataConfig().to_dict(), "family": name, "model": family(name).Config().to_dict(), "train": TrainConfig().to_dict()}
        for name, kind in families().items()
        if kind.data_kind == "images"
    ]  # fmt: skip
    return tuple(plain)


def config_json(random: Random, place: Place) -> None:
    """`config.json` with something changed: taken only if a model can be described from it."""
    stored = [json.loads(path.read_text("utf8")) for path in sorted(place.material.glob("runs/*/config.json"))]
    whole = random.choice([*configs(), *stored * 8])
    shapes_of(RunConfig.from_dict(changed(random, whole, random.choice((1, 1, 2, 4)))))


def train(random: Random, place: Place) -> None:
    """`train` and `sweep` with hostile options; what is accepted is queued, and its run must open."""
    material.without_workers()
    material.load_once()
    name = random.choice(["digits"] * 12 + ["wine", "tastes", *sources(), *TEXTS])
    if name in ("mnist", "fashion_mnist", "kmnist", "emnist", "cifar10", "svhn", "celeba"):
        name = "digits"  # others are downloaded
    model = random.choice(["beta_vae"] * 4 + [*families(), *TEXTS])
    arguments = [
        random.choice(("train", "train", "train", "sweep")),
        "--dataset",
        name,
        "--model",
        model,
        "--size",
        "100",
    ]
    names = {name: kind for kind in (family("beta_vae").Config, TrainConfig, DataConfig) for name in setting_names(kind) if name != "name"}  # fmt: skip
    for option in random.sample(list(names), random.randint(1, 4)):
        chosen = likely(random, names[option], option) if random.random() < 0.6 else random.choice([*NUMBERS, *TEXTS])
        texts = [str(one) for one in chosen][:50] if isinstance(chosen, list | tuple) else [str(chosen)]
        arguments += [f"--{option.replace('_', '-')}", *texts]
    if random.random() < 0.2:
        arguments += [random.choice(("--betas", "--seeds", "--data-seed", "--name", "--nothing")), str(random.choice([*NUMBERS, *TEXTS]))]  # fmt: skip
    result = material.command([*arguments, "--batch-size", "16", "--queue", "--store", str(place.scratch / "store")])
    for row in result["runs"]:
        vae_run = material.Store(place.scratch / "store").open(row["run"])
        assert vae_run.status()["state"] == "queued"


def commands(random: Random, place: Place) -> None:
    """Other commands on small runs with hostile options."""
    material.load_once()
    text = lambda: str(random.choice([*TEXTS, *NUMBERS]))
    run = random.choice(["done", "table", "history", text()])
    arguments = random.choice([
        ["evaluate", run, random.choice(("--split", "--limit", "--seed", "--device", "--metrics")), text()],
        ["project", run, "--method", random.choice(("pca", "plane", text())), random.choice(("--limit", "--dims", "--like", "--seed", "--at")), text()],
        ["metrics", run, random.choice(("--scores", "--of", "--features", "--seed", "--at")), text()],
        ["request", run, random.choice(("pause", text()))],
        ["pick", run, text(), text()],
        ["export", run, random.choice(("--run", "--csv", "--with-caches", text())), str(place.scratch / "x") if random.random() < 0.5 else text()],
        ["rows", run, "--new", str(place.scratch / "x.csv"), random.choice(("--count", "--temperature", "--seed")), text()],
        ["apply", random.choice(("expand", text())), run, text()],
        ["apply", random.choice(("repair", "compress", "augment")), run, random.choice(("--at", "--nothing", "--images")), text(), text()],
        ["inspect", text(), random.choice(("--size", "--fit", "--background", "--test-share")), text()],
        ["import", text(), random.choice(("--encoder", "--dataset", "--size", "--range", "--dims", "--sigma")), text()],
        ["train", "--resume", run, random.choice(("--epochs", "--beta", "--model")), text()],
        [text(), text()],
    ])  # fmt: skip
    store = place.scratch / "store"
    store.mkdir()
    for name in ("done", "table", "history"):
        material.copied(place.material, name, store / name)
    material.command([*arguments, "--store", str(store)])


CASES = {"configuration": configuration, "config_json": config_json, "train": train, "commands": commands}
