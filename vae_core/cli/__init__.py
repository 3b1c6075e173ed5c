"""The commands of `python -m vae_core`, one file per noun; adding one is a file and a line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from . import catalogue, measure, train

Result = tuple[dict[str, Any], int]


@dataclass(frozen=True)
class Command:
    """help: one line; options: adds its own; run: returns (the JSON object, exit code)."""

    help: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Result]


COMMANDS = {
    "datasets": Command("List the data sets", catalogue.no_options, catalogue.datasets),
    "models": Command("List the model families with their objectives", catalogue.no_options, catalogue.models),
    "runs": Command("List the runs of the store and the gallery", catalogue.no_options, catalogue.runs),
    "train": Command("Train one model", train.train_options, train.train),
    "sweep": Command("Train one model per β (and seed)", train.sweep_options, train.sweep),
    "request": Command("Pause or cancel a queued or training run", train.request_options, train.request_wish),
    "evaluate": Command("Measure a run", measure.evaluate_options, measure.evaluate_run),
    "metrics": Command("List the measures of disentanglement, or check them", measure.metrics_options, measure.metrics),
    "project": Command("Lay out a map of a run's codes", measure.project_options, measure.project),
    "work": Command("Train what is queued (the app starts this)", train.work_options, train.work_queue),
}


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help.\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(prog="python -m vae_core", description="Train, list and measure VAE-family models.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        command.options(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object as the last line on stdout")
        sub.add_argument("--store", default=None, help="folder of runs (default: VAE_STORE_DIR, else checkpoints)")
    return top
