"""`rows`: what a run on a table gives: new rows, anomalous rows, rows without gaps, as CSV."""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis.tables.anomalies import reasons, row_scores_of, usual_nats
from ..analysis.tables.filling import filled
from ..analysis.tables.synthetic import new_rows, to_csv
from ..config import ConfigError
from ..datasets.tables import Schema
from ..runs import Run, RunError, Store
from ..runs.files import write_bytes
from .console import echo


def rows_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="the run's id")
    parser.add_argument("--new", type=Path, default=None, metavar="FILE", help="new rows, drawn from the model")
    parser.add_argument("--count", type=int, default=1000, help="how many new rows (default 1000)")
    parser.add_argument("--temperature", type=float, default=1.0, help="σ of the draw of z (default 1)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default 0)")
    parser.add_argument("--anomalies", type=Path, default=None, metavar="FILE", help="test rows by −ELBO, with the columns to blame")  # fmt: skip
    parser.add_argument("--filled", type=Path, default=None, metavar="FILE", help="test rows with their missing values filled in")  # fmt: skip


def rows(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run = Store(options.store).open(options.run)
    schema = run.config.schema
    if schema is None:
        raise RunError(f"The run {run.id!r} was not trained on a table and has no rows; choose a run on one.")
    model, files = run.model(), []
    if options.new is not None:
        drawn = new_rows(model, options.count, options.temperature, options.seed)
        files.append(_write(options.new, to_csv(schema, drawn)))
    if options.anomalies is not None:
        files.append(_write(options.anomalies, anomalies(run, schema)))
    if options.filled is not None:
        files.append(_write(options.filled, to_csv(schema, filled(model, run.data().test.items))))
    if not files:
        raise ConfigError("Nothing to write: give at least one of --new, --anomalies, --filled.")
    return {"run": run.id, "files": files}, 0


def anomalies(run: Run, schema: Schema) -> str:
    """Test rows as CSV, the least likely first: number, −ELBO, reasons, then their values."""
    data = run.data().test.items
    scores = row_scores_of(run.model(), data)
    usual, texts, file = usual_nats(scores, data), schema.texts(data), io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["test_row", "nelbo", "why", *schema.names])
    nelbo = scores.by_name["nelbo"]
    for row in map(int, np.argsort(-nelbo, kind="stable")):
        writer.writerow([row, f"{nelbo[row]:.4f}", "; ".join(reasons(scores, data, schema, row, usual)), *texts[row]])
    return file.getvalue()


def _write(path: Path, text: str) -> str:
    write_bytes(path, text.encode())
    echo(f"Wrote {path}")
    return str(path)
