"""`sweep`, `pick`: models that differ by β and seed, and the seed to go on with."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Sequence
from typing import Any

from ..analysis import SEEDS, reproducibility, seed_groups
from ..config import ConfigError
from ..jobs import configure, train_folders, train_group
from ..models import families
from ..runs import Executor, Processes, RayCluster, Run, RunConfig, Store, Together, fitting
from ..training import choose_device
from .console import echo, graceful, progress
from .train import DATASET, add_settings, costs, queued, settings_of, summary, train_here


def sweep_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, help=DATASET)
    parser.add_argument("--model", default="beta_vae", help=f"family: {', '.join(families())} (default beta_vae)")
    parser.add_argument("--betas", type=float, nargs="+", default=None, help="values of β, one run for each (default: the family's own β)")  # fmt: skip
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="seeds, one run for each β and seed (default 0)")  # fmt: skip
    parser.add_argument("--pick", choices=("udr",), default=None, help="at the end, name the most reproducible seed of each β by udr, without labels")  # fmt: skip
    parser.add_argument("--jobs", type=int, default=None, help="runs to train at once (default: a run for each core)")
    parser.add_argument("--executor", choices=("processes", "together", "ray"), default=None, help="processes (default on a CPU), together: all values of β as one batched model (default on a GPU), or ray: tasks of a Ray cluster")  # fmt: skip
    parser.add_argument("--address", default="auto", help="the Ray cluster (default auto: the one this machine is in)")
    parser.add_argument("--queue", action="store_true", help="queue the runs for the background worker and return")
    parser.add_argument("--cost", action="store_true", help="print about how long it takes here, from a few timed steps, and train nothing")  # fmt: skip
    add_settings(parser)


def sweep(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store, configs = Store(options.store), _configs(options)
    if options.cost:
        return costs(configs)
    if options.queue:
        return queued(store, configs)
    result, code = _trained(options, store, configs)
    if options.pick and not code:
        result |= _picks([store.open(row["run"]) for row in result["runs"] if row["status"] == "done"])
    return result, code


def _configs(options: argparse.Namespace) -> list[RunConfig]:
    """One configuration for each β and seed.

    Raises:
        ConfigError: a setting that a sweep takes in the plural, or too few seeds to pick one.
    """
    settings = settings_of(options)
    for name in ("beta", "seed"):
        if name in settings:
            raise ConfigError(f"--{name} {settings[name]}: a sweep takes --{name}s, one or more values.")
    seeds = list(dict.fromkeys(options.seeds))
    if options.pick and len(seeds) < SEEDS:
        raise ConfigError(
            f"--pick {options.pick}: compares seeds; give --seeds {SEEDS} or more values, not {len(seeds)}."
        )
    if options.pick and options.queue:
        raise ConfigError(
            f"--pick {options.pick}: needs trained runs; leave out --queue, or use the command pick later."
        )
    betas: list[dict[str, Any]] = [{}] if options.betas is None else [{"beta": beta} for beta in options.betas]
    return [
        configure(options.dataset, options.model, seed=seed, **beta, **settings) for beta in betas for seed in seeds
    ]


def _trained(options: argparse.Namespace, store: Store, configs: list[RunConfig]) -> tuple[dict[str, Any], int]:
    if options.executor == "ray":
        return _at_once(store, configs, RayCluster(options.address, train_folders), f"on the cluster {options.address}")
    device = choose_device(configs[0].train.device)
    if (options.executor or ("together" if device.type == "cuda" else "")) == "together":
        return _at_once(store, configs, Together(train_group), "values of β together")
    jobs = fitting(device, len(configs)) if options.jobs is None else options.jobs
    if jobs != 1:
        return _at_once(store, configs, Processes(jobs), f"{jobs} at once")
    rows, code = [], 0
    for config in configs:
        row, code = train_here(store.create(config))
        rows.append(row)
        if code:
            break
    return {"runs": rows}, code


def _at_once(store: Store, configs: list[RunConfig], executor: Executor, how: str) -> tuple[dict[str, Any], int]:
    """Train several runs at once; Ctrl-C cancels them all, saved."""
    started = time.perf_counter()
    runs = [store.create(config) for config in configs]
    echo(f"Training {len(runs)} runs in {store.root}, {how}.")
    with (
        progress(f"{len(runs)} runs", " steps") as bar,
        graceful(bar, {signal.SIGINT: "cancel", signal.SIGTERM: "pause"}),
    ):
        states = executor.train(store, runs, bar)
    seconds, rows = time.perf_counter() - started, []
    for run in runs:
        state = states[run.id]
        rows.append(summary(run, state, seconds) if run.history() else {"run": run.id, "path": str(run.path), "status": state})  # fmt: skip
        message = run.status().get("message", "") if state != "deleted" else "Somebody deleted it meanwhile."
        echo(f"{run.id}: {state}. {message}".rstrip())
    code = 1 if "failed" in states.values() else 130 if set(states.values()) - {"done", "deleted"} else 0
    return {"runs": rows, "seconds": round(seconds, 3)}, code


def pick_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="+", help="ids of trained runs; those that differ only by their seed are compared"
    )


def pick(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    return _picks([store.open(id) for id in dict.fromkeys(options.runs)]), 0


def _picks(runs: Sequence[Run]) -> dict[str, Any]:
    """Of each group of seeds: the runs, their agreement, UDR, and the run that is picked.

    Raises:
        ConfigError: no group has enough seeds. MetricError: a family without a rate.
    """
    groups = [group for group in seed_groups(runs) if len(group) >= SEEDS]
    if not groups:
        names = ", ".join(run.id for run in runs)
        raise ConfigError(
            f"UDR compares {SEEDS} or more runs that differ only by their seed; among {names} there are none."
        )
    picks = []
    for group in groups:
        found = reproducibility(group)
        echo(f"{group[0].config.name}: {found.reason}")
        for run, row, score in zip(group, found.agreement, found.udr, strict=True):
            cells = " ".join("    –" if value != value else f"{value:.3f}" for value in row)
            echo(f"  {run.id:36} {cells}   UDR {score:.3f}{'  ← picked' if run is found.picked else ''}")
        picks.append(
            {
                "picked": found.picked.id,
                "runs": [run.id for run in group],
                "seeds": [run.config.train.seed for run in group],
                "udr": [round(float(score), 6) for score in found.udr],
                "agreement": [
                    [None if value != value else round(float(value), 6) for value in row] for row in found.agreement
                ],
            }
        )
    return {"picks": picks}
