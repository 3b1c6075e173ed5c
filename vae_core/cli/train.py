"""`train`, `request`, `work`: training runs and controlling them."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

from ..config import Config, ConfigError
from ..datasets.base import DataConfig
from ..jobs import FROM_DATA, configure, cost, rehearse, train_folders, train_group, train_run
from ..models import families
from ..runs import RayCluster, Run, RunConfig, RunError, Store, request, submit, work
from ..runs.trackers import commands_to_look
from ..runs.worker import work_on
from ..training import TrainConfig, choose_device
from ..training.device import describe_device
from ..training.distributed import ALONE, Group, joined
from .console import add_option, echo, graceful, progress

#: What `--dataset` takes.
DATASET = "registered name, the path of a folder, .zip, .npz, .npy, .csv, .tsv or .parquet, or hf:NAME"


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add one option per setting of the data, of every model family and of training; defaults are None."""
    added: set[str] = {"name", *FROM_DATA}
    configs: list[type[Config]] = [*(kind.Config for kind in families().values()), TrainConfig, DataConfig]
    for config in configs:
        for field in dataclasses.fields(config):
            if field.name not in added:
                added.add(field.name)
                add_option(parser, config, field)
    parser.add_argument(
        "--data-seed", type=int, default=None, help=DataConfig.__dataclass_fields__["seed"].metadata["help"]
    )


def train_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        default=None,
        help=DATASET,
    )
    parser.add_argument("--model", default="beta_vae", help=f"family: {', '.join(families())} (default beta_vae)")
    parser.add_argument("--name", default="", help="name of the run (default: from its settings)")
    parser.add_argument("--resume", metavar="RUN", default=None, help="continue this run from its last save")
    parser.add_argument("--queue", action="store_true", help="queue the run for the background worker and return")
    parser.add_argument("--cost", action="store_true", help="print about how long it takes here, from a few timed steps, and train nothing")  # fmt: skip
    add_settings(parser)


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given."""
    names = {f.name for kind in families().values() for f in dataclasses.fields(kind.Config)}
    names |= {f.name for f in dataclasses.fields(TrainConfig)} | {f.name for f in dataclasses.fields(DataConfig)}
    given = {name: getattr(options, name, None) for name in [*sorted(names - {"name", *FROM_DATA}), "data_seed"]}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value is not None
    }


def train(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    if options.cost:
        return costs([_configured(options)])
    if options.queue and options.resume is None:
        return queued(store, [_configured(options)])
    with joined() as group:
        if not group.leads:  # the leader creates the run and sends its id
            if not (name := group.broadcast(None)):
                raise ConfigError("The first process did not start a run; its output has the reason.")
            shared = store.open(name)
            return {"run": shared.id, "status": train_run(shared, group=group)}, 0
        run = None
        try:
            run = store.create(_configured(options)) if options.resume is None else _resumed(store, options)
        finally:
            group.broadcast(run.id if run else "")
        return train_here(run, group)


def costs(configs: list[RunConfig]) -> tuple[dict[str, Any], int]:
    """About how long these runs take here."""
    seconds = cost(configs)
    device = describe_device(choose_device(configs[0].train.device))
    echo(f"About {seconds / 60:.1f} minutes for {len(configs)} run{'s' * (len(configs) > 1)} on {device}.")
    return {"runs": len(configs), "seconds": round(seconds, 3), "device": device}, 0


def _configured(options: argparse.Namespace) -> RunConfig:
    if options.dataset is None:
        raise ConfigError("--dataset is missing: choose one of `python -m vae_core datasets`, or --resume a run.")
    return configure(options.dataset, options.model, name=options.name, **settings_of(options))


def queued(store: Store, configs: list[RunConfig]) -> tuple[dict[str, Any], int]:
    runs = [submit(store, config) for config in configs]
    for run in runs:
        echo(f"Queued: {run.id}.")
    return {"runs": [{"run": run.id, "path": str(run.path), "status": "queued"} for run in runs]}, 0


def _resumed(store: Store, options: argparse.Namespace) -> Run:
    run = store.open(options.resume)
    if (given := settings_of(options)) or options.dataset:
        names = ", ".join(["dataset"] * bool(options.dataset) + list(given))
        raise ConfigError(f"--resume {options.resume!r}: continues with the run's own settings; leave out {names}.")
    if run.id.startswith("gallery/") or run.status()["state"] == "done":
        raise RunError(f"--resume {options.resume!r}: this run is complete; train a new one.")
    with suppress(OSError):  # a store that cannot be written is reported by the training
        (run.path / "request.json").unlink(missing_ok=True)
    return run


def train_here(run: Run, group: Group = ALONE) -> tuple[dict[str, Any], int]:
    echo(f"Training {run.id} ({run.config.name}) in {run.path}.")
    for title, command in commands_to_look(run).items():
        echo(f"{title}: {command}")
    started = time.perf_counter()
    with progress(run.id, " steps") as bar, graceful(bar, {signal.SIGINT: "cancel", signal.SIGTERM: "pause"}):
        state = train_run(run, bar, group)
    row = summary(run, state, time.perf_counter() - started)
    if row["elbo"] is not None:
        echo(
            f"{run.id}: {state}, ELBO {row['elbo']:.2f} = −({row['distortion']:.2f} + {row['rate']:.2f}) nats per {run.config.item}."
        )
    else:
        echo(f"{run.id}: {state}, distortion {row['distortion']} nats per {run.config.item}.")
    return row, 130 if state != "done" else 0


def summary(run: Run, state: str, seconds: float) -> dict[str, Any]:
    """The JSON object of a trained run: its whole-test table when done, else the last point of its curves."""
    if not (history := run.history()):
        raise RunError(f"The run {run.id!r} was deleted when it was trained.")
    last = history[-1]
    table = run.evaluation() if state == "done" else None
    numbers = table or last
    return {
        "run": run.id,
        "path": str(run.path),
        "status": state,
        "epochs": last["epoch"],
        **{name: numbers[name] for name in ("elbo", "distortion", "rate", "active_units")},
        "images_per_second": last["images_per_second"],
        "seconds": round(seconds, 3),
    }


def request_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    parser.add_argument("action", choices=("pause", "cancel"))


def request_action(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    request(run, options.action)
    echo(f"Requested: {options.action} {run.id}.")
    return {"run": run.id, "action": options.action}, 0


def work_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="cpu", help="the device whose queued runs to train")
    parser.add_argument("--wait", action="store_true", help="load everything, then wait for a line on stdin")


def _waited() -> bool:
    """Load what training needs, and wait for a line; False if the input ends instead."""
    rehearse()
    return bool(sys.stdin.readline())


def work_queue(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    if options.wait and not _waited():
        return {"store": str(store.root)}, 0
    store.clean()
    if address := os.environ.get("VAE_RAY_ADDRESS"):
        work_on(store, options.device, RayCluster(address, train_folders))
        return {"store": str(store.root)}, 0

    def train_one(run: Run) -> None:
        with progress(run.id, " steps") as bar, graceful(bar, {signal.SIGTERM: "pause", signal.SIGINT: "pause"}):
            train_run(run, bar)

    work(store, options.device, train_one, train_group)
    return {"store": str(store.root)}, 0
