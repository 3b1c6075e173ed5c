"""`evaluate`, `metrics`, `project`: numbers and maps of a run."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from ..analysis import (
    NETWORK_NAMES,
    SOURCES,
    EvaluateConfig,
    MapConfig,
    evaluate,
    generation_quality,
    map_of,
    names_of,
    scores_of_run,
    scores_without_factors,
)
from ..config import ConfigError
from ..metrics.bootstrap import Estimate
from ..metrics.disentanglement import SCORES
from ..metrics.known_answers import self_check
from ..runs import Run, Store
from .console import add_options, given, progress, say


def at_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", type=float, default=None, help="β at which a multi-rate model is asked")


def opened(options: argparse.Namespace) -> Run:
    """The run, at the β that is asked for.

    Raises:
        RunError: there is none. ConfigError: its model is not told β, or not this one.
    """
    run = Store(options.store).open(options.run)
    if options.at is None:
        return run
    low, high = run.config.model.betas or (1.0, 1.0)
    if run.config.model.betas is None or not low <= options.at <= high:
        kind = f"goes from {low:g} to {high:g}" if run.config.model.betas else "takes none: its model is not told β"
        raise ConfigError(f"--at {options.at:g}: {run.id} {kind}.")
    return run.at_beta(options.at)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, EvaluateConfig)
    parser.add_argument(
        "--metrics", default="", help="measures of disentanglement: all, fast, or names with commas (none unless told)"
    )


def evaluate_run(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    config, names = given(options, EvaluateConfig), names_of(options.metrics)
    with progress(run.id, " images") as bar:
        table = evaluate(run, config, bar.move)
    if names:
        with progress("metrics", " scores") as bar:
            table |= scores_without_factors(run) | told(scores_of_run(run, names, config.seed, progress=bar.move))
    for name, value in table.items():
        if isinstance(value, dict):
            continue  # the intervals, in the JSON
        if isinstance(value, list):
            say(f"{name:14} {' '.join(f'{part:.3f}' for part in value)}")
        elif value is not None:
            say(f"{name:14} {value:.4f}" if isinstance(value, float) else f"{name:14} {value}")
    return {"run": run.id, **table}, 0


def told(found: dict[str, Estimate]) -> dict[str, Any]:
    """Name → value, and under "intervals" the 95 % bootstrap intervals of those that have one."""
    ends = {name: [one.low, one.high] for name, one in found.items() if one.low is not None}
    return {name: one.value for name, one in found.items()} | {"intervals": ends}


def metrics_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", default=None, help="the run's id (none: list the measures)")
    at_option(parser)
    parser.add_argument("--scores", default="fast", help="all, fast, or names with commas (default fast)")
    parser.add_argument(
        "--features", default="", help=f"FID and KID of samples, through {', '.join(NETWORK_NAMES)} (none unless told)"
    )
    parser.add_argument("--of", default="codes", help=f"whose codes: {', '.join(SOURCES)} (default codes)")
    parser.add_argument(
        "--self-check", action="store_true", help="compute every known answer on this machine, expected beside found"
    )


def metrics(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """The scores of a run, or the measures with their sources; exit code 1 where a known answer is not found."""
    if options.run is not None:
        run, names = opened(options), names_of(options.scores)
        with progress("metrics", " scores") as bar:
            found = scores_of_run(run, names, of=options.of, progress=bar.move)
        table = told(found) | (scores_without_factors(run) if options.of == "codes" else {})
        if options.features:
            with progress("classifier", " steps") as bar:
                table |= generation_quality(run, options.features, progress=bar.move)
        for name, value in table.items():
            if name != "intervals":
                low, high = table["intervals"].get(name, (None, None))
                said = f"{value:.4f}" if isinstance(value, float) else value
                say(f"{name:22} {said}" + (f"  [{low:.4f}, {high:.4f}]" if low is not None else ""))
        return {"run": run.id, "of": options.of, **table}, 0
    if not options.self_check:
        for name, score in SCORES.items():
            say(f"{name:14} {score.title} ({score.source}){', slow' if score.slow else ''}")
        return {
            "metrics": [{"name": name, "title": score.title, "source": score.source} for name, score in SCORES.items()]
        }, 0
    with progress("self-check", " codes") as bar:
        checks = self_check(bar.move)
    for one in checks:
        verdict = "" if one.holds else "DOES NOT HOLD"
        say(f"{one.code:48} {one.number:20} expected {one.expected:7.4f}  found {one.found:7.4f}  {verdict}")
    wrong = sum(not one.holds for one in checks)
    say(f"{len(checks) - wrong} of {len(checks)} known answers are found.")
    return {"checks": [asdict(one) | {"holds": one.holds} for one in checks], "wrong": wrong}, int(wrong > 0)


def project_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, MapConfig)
    at_option(parser)


def project(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = opened(options)
    config = given(options, MapConfig)
    points = map_of(run, config)
    say(f"{config.method} of {len(points)} codes is in {run.cache}")
    return {"run": run.id, "method": config.method, "points": len(points), "cache": str(run.cache)}, 0
