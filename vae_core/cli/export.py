"""`export`: models in formats that other programs read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ..config import ConfigError
from ..export import FORMATS
from ..export.files import cached_onnx, onnx_of
from ..export.halves import HALVES
from ..export.hub import is_hub, push
from ..runs import Run, RunError, Store
from .console import echo

#: Files of a format that are listed by name.
LISTED = 8


def export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", help="ids of runs")
    for name, format in FORMATS.items():
        metavar = "FILE" if format.ending else "FOLDER"
        parser.add_argument(f"--{name}", type=Path, default=None, metavar=metavar, help=format.help)
    parser.add_argument(
        "--with-caches",
        action="store_true",
        help="with --run: codes, maps and scores, too, which can be computed again",
    )
    parser.add_argument(
        "--tour", type=Path, default=None, metavar="FILE",
        help="with --html: the views of this tour, a JSON file of the page Tour, with their captions",
    )  # fmt: skip
    parser.add_argument("--cached", choices=list(HALVES), help="a half as ONNX in the run's cache, as the app does")
    parser.add_argument("--shown", action="store_true", help="the page of /show in the run's cache, as the app does")


def export(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    runs = [store.open(id) for id in options.runs]
    os.environ["VAE_STORE_DIR"] = str(store.root)  # where the app's own code looks for runs
    chosen = {name: target for name in FORMATS if (target := getattr(options, name)) is not None}
    if not (chosen or options.cached or options.shown):
        raise ConfigError(f"Nothing to export: give at least one of {', '.join(f'--{name}' for name in FORMATS)}.")
    if options.tour and "html" not in chosen:
        raise ConfigError("--tour goes with --html FILE, the page that it becomes.")
    files: list[str] = []
    if options.cached:
        _cache(runs, options.cached)
    if options.shown:
        files += map(str, import_module("explorer.take_away.show").write_shown(runs))
    for name, target in chosen.items():
        if name == "run" and is_hub(str(target)):
            files.append(_push(runs, str(target), options.with_caches))
            continue
        further = {"caches": True} if name == "run" and options.with_caches else {}
        further |= {"tour": options.tour} if name == "html" and options.tour else {}
        written = [str(path) for path in FORMATS[name].write(runs, target, **further)]
        for file in written[:LISTED]:
            echo(f"Wrote {file}")
        if len(written) > LISTED:
            echo(f"Wrote {len(written) - LISTED} more files in {target}")
        files += written
    return {"runs": [run.id for run in runs], "files": files}, 0


def _push(runs: Sequence[Run], address: str, caches: bool) -> str:
    """
    Raises:
        ConfigError: more than one run. RunError: as `push`."""
    if len(runs) > 1:
        raise ConfigError(f"--run {address}: takes one run, and {len(runs)} were given.")
    found = push(runs[0], address, caches)
    echo(f"Wrote {found}, which is private until you publish it there; the licence in its card is yours to add.")
    return found


def _cache(runs: Sequence[Run], name: str) -> None:
    """
    Raises:
        ExportError: a model that cannot be exported. RunError: it has no such half, or its cache is not writable."""
    for run in runs:
        if onnx_of(run, name) is None:
            raise RunError(f"The run {run.id!r} is of a family without {name}.")
        if cached_onnx(run, name) is None:
            raise RunError(f"The {name} of {run.id!r} could not be saved in {run.cache}: is it writable?")
