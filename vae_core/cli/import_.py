"""`import`: runs of other stores, and models and codes of other programs (vae_core/imports/), become runs of the store."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ..export.hub import is_hub, pull
from ..imports import ADAPTERS, RUNS
from ..runs import Store
from ..runs.archive import is_archive, unpack
from ..runs.intake import Imported
from .console import echo
from .imports import import_model, model_options


class Source(NamedTuple):
    """Where runs come from. title: what it is; fits: whether a text names one; take_in: reads it."""

    title: str
    fits: Callable[[str], bool]
    take_in: Callable[[Store, str], Imported]


SOURCES = (
    Source(RUNS[1], is_hub, pull),
    Source(RUNS[0], lambda text: is_archive(Path(text)), lambda store, text: unpack(store, Path(text))),
)


def import_options(parser: argparse.ArgumentParser) -> None:
    known = [source.title for source in SOURCES] + [adapter.title for adapter in ADAPTERS.values()]
    parser.add_argument("source", help="; ".join(known))
    model_options(parser)


def import_(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    store = Store(options.store)
    for source in SOURCES:
        if source.fits(options.source):
            run, known = source.take_in(store, options.source)
            echo(f"{run.id}: {'here already, as' if known else 'imported as'} {run.path}.")
            return {"run": run.id, "path": str(run.path), "known": known}, 0
    run = import_model(options, store)
    echo(f"Imported as {run.id}: {run.notes().about}")
    return {"run": run.id, "path": str(run.path), "known": False}, 0
