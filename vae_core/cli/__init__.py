"""The commands of `python -m vae_core`, one file per noun; adding one is a file and a line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from ..config import LONGEST_MESSAGE, readable

#: How the command line is called.
PROG = "python -m vae_core"
Result = tuple[dict[str, Any], int]


@dataclass(frozen=True)
class Command:
    """help: one line. module: its file in this package, imported when the command is used. options: the function that adds
    the command's options; run: the one that returns (the JSON object, exit code). bare: it works where no package
    is installed.
    """

    help: str
    module: str
    options: str
    run: str
    bare: bool = False

    def function(self, name: str) -> Callable[..., Any]:
        return getattr(import_module(f".{self.module}", __name__), name)


COMMANDS = {
    "datasets": Command("List the data sets", "catalogue", "no_options", "datasets"),
    "inspect": Command("Read your own images and say what they are", "inspect_images", "inspect_options", "inspect"),
    "models": Command("List the model families with their objectives", "catalogue", "no_options", "models"),
    "glossary": Command("Say what technical words mean", "glossary", "glossary_options", "glossary"),
    "runs": Command("List the runs of the store and the gallery", "catalogue", "no_options", "runs"),
    "train": Command("Train one model", "train", "train_options", "train"),
    "sweep": Command("Train one model per β and seed", "sweep", "sweep_options", "sweep"),
    "pick": Command("Pick the most reproducible seed of trained runs", "sweep", "pick_options", "pick"),
    "request": Command("Pause or cancel a queued or training run", "train", "request_options", "request_action"),
    "evaluate": Command("Measure a run", "measure", "evaluate_options", "evaluate_run"),
    "metrics": Command(
        "Scores of a run, the list of scores, or a check of them", "measure", "metrics_options", "metrics"
    ),
    "project": Command("Lay out a map of a run's codes", "measure", "project_options", "project"),
    "rows": Command("New, anomalous or completed rows of a run on a table, as CSV", "rows", "rows_options", "rows"),
    "apply": Command("Use a model: repair, compress, augment", "apply", "apply_options", "apply"),
    "export": Command("Write a model in formats that other programs read", "export", "export_options", "export"),
    "import": Command(
        "Take in a run of another store, or a model or codes of another program", "import_", "import_options", "import_"
    ),
    "lay-out": Command("Lay out maps requested on stdin (the app starts this)", "maps", "lay_out_options", "lay_out"),
    "doctor": Command(
        "Check this machine: packages, GPU, store, data, port, browser", "doctor", "doctor_options", "doctor", bare=True
    ),
    "work": Command("Train the queued runs (the app starts this)", "train", "work_options", "work_queue"),
}


class Parser(argparse.ArgumentParser):
    """Reports an error in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, readable(f"{self.prog}: {message}; see --help.", LONGEST_MESSAGE) + "\n")


def run(options: argparse.Namespace) -> Result:
    """Run the command of a parsed command line."""
    command = COMMANDS[options.command]
    if command.bare:
        return command.function(command.run)(options)
    from .console import reading

    with reading():
        return command.function(command.run)(options)


def parser(arguments: Sequence[str] | None = None, prog: str = PROG) -> argparse.ArgumentParser:
    """The parser; given the arguments, it has only the options of the command that they name."""
    top = Parser(prog=prog, description="Train, list and measure VAE-family models.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        if arguments is None or name in arguments[:1]:
            command.function(command.options)(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object as the last line on stdout")
        sub.add_argument("--store", default=None, help="folder of runs (default: VAE_STORE_DIR, else checkpoints)")
    return top
