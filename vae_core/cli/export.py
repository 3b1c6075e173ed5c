"""`export`: models in formats that other programs read."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from ..config import ConfigError
from ..export import FORMATS
from ..export.files import cached_onnx, onnx_of
from ..runs import RunError, Store
from .console import echo


def export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", help="ids of runs")
    for name, format in FORMATS.items():
        metavar = "FILE" if format.together else "FOLDER"
        parser.add_argument(f"--{name}", type=Path, default=None, metavar=metavar, help=format.help)
    parser.add_argument("--cached", action="store_true", help="the decoder as ONNX in the run's cache, as the app does")


def export(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    runs = [store.open(id) for id in options.runs]
    chosen = {name: target for name in FORMATS if (target := getattr(options, name)) is not None}
    if options.cached:
        for run in runs:
            onnx_of(run)
            if cached_onnx(run) is None:
                raise RunError(f"The decoder of {run.id!r} could not be saved in {run.cache}: is it writable?")
    elif not chosen:
        raise ConfigError(f"Nothing to export: give at least one of {', '.join(f'--{name}' for name in FORMATS)}.")
    os.environ["VAE_STORE_DIR"] = str(store.root)  # where the app's own code looks for runs
    files = [str(path) for name, target in chosen.items() for path in FORMATS[name].write(runs, target)]
    for file in files:
        echo(f"Wrote {file}")
    return {"runs": [run.id for run in runs], "files": files}, 0
