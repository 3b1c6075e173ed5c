"""`evaluate`, `metrics`, `project`: numbers and maps of a run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ..analysis import (
    DRAWN_FROM,
    NETWORK_NAMES,
    PRIOR,
    SOURCES,
    EvaluateConfig,
    MapConfig,
    evaluate,
    generation_quality,
    map_file,
    map_of,
    names_of,
    scores_of_run,
    scores_without_factors,
)
from ..config import ConfigError
from ..metrics.bootstrap import Estimate
from ..metrics.disentanglement import SCORES
from ..metrics.known_answers import self_check
from ..runs import Run, RunError, Store
from .console import add_options, config_from, echo, progress


def at_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", type=float, default=None, help="β that a multi-rate model is conditioned on")


def run_of(options: argparse.Namespace) -> Run:
    """The run, at the β of `--at`.

    Raises:
        RunError: no such run. ConfigError: its model does not take β as an input, or β is out of range.
    """
    run = Store(options.store).open(options.run)
    if options.at is None:
        return run
    low, high = run.config.model.betas or (1.0, 1.0)
    if run.config.model.betas is None or not low <= options.at <= high:
        kind = f"was trained with β from {low:g} to {high:g}" if run.config.model.betas else "has no β as an input"
        raise ConfigError(f"--at {options.at:g}: {run.id} {kind}.")
    return run.at_beta(options.at)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, EvaluateConfig)
    parser.add_argument(
        "--metrics", default="", help="measures of disentanglement: all, fast, or names with commas (default none)"
    )


def evaluate_run(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    config, names = config_from(options, EvaluateConfig), names_of(options.metrics)
    with progress(run.id, " images") as bar:
        table = evaluate(run, config, bar.move)
    if names:
        with progress("metrics", " scores") as bar:
            table |= scores_without_factors(run) | with_intervals(
                scores_of_run(run, names, config.seed, progress=bar.move)
            )
    for name, value in table.items():
        if isinstance(value, dict):
            continue  # intervals are in the JSON only
        if isinstance(value, list):
            echo(f"{name:14} {' '.join(f'{part:.3f}' for part in value)}")
        elif value is not None:
            echo(f"{name:14} {value:.4f}" if isinstance(value, float) else f"{name:14} {value}")
    return {"run": run.id, **table}, 0


def with_intervals(estimates: dict[str, Estimate]) -> dict[str, Any]:
    """Name → value, and under "intervals" name → 95 % bootstrap interval where there is one."""
    ends = {name: [number.low, number.high] for name, number in estimates.items() if number.low is not None}
    return {name: number.value for name, number in estimates.items()} | {"intervals": ends}


def metrics_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", default=None, help="the run's id (none: list the measures)")
    at_option(parser)
    parser.add_argument("--scores", default="fast", help="all, fast, or names with commas (default fast)")
    parser.add_argument(
        "--features", default="", help=f"FID and KID of samples, through {', '.join(NETWORK_NAMES)} (default none)"
    )
    parser.add_argument(
        "--draw-from",
        default=PRIOR,
        help=f"with --features, what samples' codes are drawn from: some of {', '.join(DRAWN_FROM)} with commas (default {PRIOR})",
    )
    parser.add_argument("--of", default="codes", help=f"whose codes: {', '.join(SOURCES)} (default codes)")
    parser.add_argument(
        "--self-check", action="store_true", help="compute every known answer on this machine and compare"
    )


def metrics(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """The scores of a run, the list of measures, or their self-check, which exits with 1 if an answer is wrong."""
    if options.run is not None:
        run, names = run_of(options), names_of(options.scores)
        with progress("metrics", " scores") as bar:
            estimates = scores_of_run(run, names, of=options.of, progress=bar.move)
        table = with_intervals(estimates) | (scores_without_factors(run) if options.of == "codes" else {})
        if options.features:
            with progress("classifier", " steps") as bar:
                table |= qualities(run, options.features, options.draw_from, bar.move)
        for name, value in table.items():
            if name != "intervals":
                low, high = table["intervals"].get(name, (None, None))
                text = f"{value:.4f}" if isinstance(value, float) else value
                echo(f"{name:22} {text}" + (f"  [{low:.4f}, {high:.4f}]" if low is not None else ""))
        return {"run": run.id, "of": options.of, **table}, 0
    if not options.self_check:
        for name, score in SCORES.items():
            echo(f"{name:14} {score.title} ({score.source}){', slow' if score.slow else ''}")
        return {
            "metrics": [{"name": name, "title": score.title, "source": score.source} for name, score in SCORES.items()]
        }, 0
    with progress("self-check", " codes") as bar:
        checks = self_check(bar.move)
    for check in checks:
        verdict = "ok" if check.holds else "WRONG"
        echo(f"{check.code:48} {check.number:20} expected {check.expected:7.4f}  found {check.found:7.4f}  {verdict}")
    wrong = sum(not check.holds for check in checks)
    echo(f"{len(checks) - wrong} of {len(checks)} known answers are correct.")
    return {"checks": [asdict(check) | {"holds": check.holds} for check in checks], "wrong": wrong}, int(wrong > 0)


def qualities(
    run: Run, features: str, draw_from: str, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """FID and KID of samples for each name in `draw_from`; those of the prior without, the others with the name behind."""
    table: dict[str, Any] = {}
    for name in [part.strip() for part in draw_from.split(",")]:
        found = generation_quality(run, features, progress=progress, draw_from=name)
        table |= {
            f"{key}_{name}" if key in ("fid", "kid", "kid_std") and name != PRIOR else key: value
            for key, value in found.items()
        }
    return table


def project_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    add_options(parser, MapConfig)
    at_option(parser)


def project(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = run_of(options)
    config = config_from(options, MapConfig)
    points = map_of(run, config)
    if not map_file(run, config).exists():
        raise RunError(
            f"The {config.method} map could not be saved in {run.cache}; free some space, or make it writable."
        )
    echo(f"Saved the {config.method} map of {len(points)} codes in {run.cache}.")
    return {"run": run.id, "method": config.method, "points": len(points), "cache": str(run.cache)}, 0
