"""`datasets`, `models`, `runs`: lists."""

from __future__ import annotations

import argparse
from typing import Any

from ..datasets import sources
from ..jobs import setting_names
from ..models import families
from ..runs import BrokenRun, Run, RunError, Store
from .console import echo


def no_options(parser: argparse.ArgumentParser) -> None:
    """No options beyond the common ones."""


def datasets(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    rows = []
    for name, source in sources().items():
        rows.append(
            {
                "name": name,
                "title": source.title,
                "kind": source.kind,
                "shape": list(source.shape),
                "classes": source.classes,
                "factors": list(source.factors),
                "download": source.download,
                "about": source.description,
            }
        )
        echo(f"{name:15} {'×'.join(map(str, source.shape)):>9}  {source.description}")
    return {"datasets": rows}, 0


def models(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    rows = []
    for name, kind in families().items():
        rows.append(
            {
                "name": name,
                "title": kind.title,
                "data": kind.data_kind,
                "objective": kind.formula,
                "about": kind.about,
                "settings": setting_names(kind.Config),
            }
        )
        echo(f"{name:12} {kind.title:12} {kind.about}")
    return {"models": rows}, 0


def runs(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    rows = [_row(run) for run in [*store.runs(), *store.gallery()]]
    for row in rows:
        number = "" if row["elbo"] is None else f"ELBO {row['elbo']:9.2f} nats"
        echo(f"{row['run']:36} {row['state']:9} {number:22} {row['reason'] or row['name']}")
    return {"store": str(store.root), "runs": rows}, 0


def _row(run: Run | BrokenRun) -> dict[str, Any]:
    try:
        if isinstance(run, BrokenRun):
            raise RunError(run.reason)
        evaluation, state = run.evaluation() or {}, run.status()["state"]
    except RunError as error:  # one damaged file must not hide the other runs
        return {"run": run.id, "state": "broken", "name": None, "elbo": None, "beta": None, "reason": str(error)}
    return {
        "run": run.id,
        "path": str(run.path),
        "state": state,
        "name": run.config.name,
        "dataset": run.config.data.name,
        "family": run.config.family,
        "beta": run.config.beta,
        "elbo": evaluation.get("elbo"),
        "reason": None,
    }
