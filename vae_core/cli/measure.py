"""`evaluate`, `project`: numbers and maps of a run."""

from __future__ import annotations

import argparse
from typing import Any

from ..analysis import EvaluateConfig, MapConfig, evaluate, map_of
from ..runs import Store
from .console import add_options, given, progress, say


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, EvaluateConfig)


def evaluate_run(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    config = given(options, EvaluateConfig)
    with progress(run.id, " images") as bar:
        table = evaluate(run, config, bar.move)
    for name, value in table.items():
        if isinstance(value, list):
            say(f"{name:14} {' '.join(f'{part:.3f}' for part in value)}")
        elif value is not None:
            say(f"{name:14} {value:.4f}" if isinstance(value, float) else f"{name:14} {value}")
    return {"run": run.id, **table}, 0


def project_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, MapConfig)


def project(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    config = given(options, MapConfig)
    points = map_of(run, config)
    say(f"{config.method} of {len(points)} codes is in {run.cache}")
    return {"run": run.id, "method": config.method, "points": len(points), "cache": str(run.cache)}, 0
