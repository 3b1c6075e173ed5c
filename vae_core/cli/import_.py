"""`import`: what comes from elsewhere becomes a run of the store. A kind of source is a line in `SOURCES`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ..config import ConfigError
from ..export.hub import is_hub, pull
from ..runs import Store
from ..runs.archive import is_archive, unpack
from ..runs.intake import Imported
from .console import echo


class Source(NamedTuple):
    """title: what it is, for the sentence that refuses others; fits: whether a text names one; take_in: reads it."""

    title: str
    fits: Callable[[str], bool]
    take_in: Callable[[Store, str], Imported]


SOURCES = (
    Source("hub:USER/NAME, a run on the Hugging Face Hub", is_hub, pull),
    Source(
        "a ZIP of `export --run`", lambda text: is_archive(Path(text)), lambda store, text: unpack(store, Path(text))
    ),
)


def import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help=", or ".join(source.title for source in SOURCES))


def import_(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    for source in SOURCES:
        if source.fits(options.source):
            run, known = source.take_in(Store(options.store), options.source)
            echo(f"{run.id}: {'here already, as' if known else 'imported as'} {run.path}.")
            return {"run": run.id, "path": str(run.path), "known": known}, 0
    there = Path(options.source).exists()
    titles = ", or ".join(source.title for source in SOURCES)
    raise ConfigError(
        f"{options.source!r}: {'is something else' if there else 'is not there'}; `import` takes {titles}."
    )
