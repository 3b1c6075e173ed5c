"""The page of a run for `/show/RUN`, in the run's cache (`explorer/live/show.py` serves it)."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path

from vae_core.runs import Run
from vae_core.runs.files import write_bytes

from ..live.decoder import manifest
from ..live.show import PAGE, folder_of
from .page import page
from .places import Folder, inside


def write_shown(runs: Sequence[Run]) -> list[Path]:
    """Write the page of each run where it is not there yet, and remove those of older weights; returns the folders.

    Raises:
        BetascopeError: as `page`, or the cache is not writable.
    """
    return [_write(run) for run in runs]


def _write(run: Run) -> Path:
    run.check_images(f"The page of {run.id!r}")
    folder = folder_of(run)
    for other in run.cache.glob("show-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    if not (folder / PAGE).is_file():
        up = "../" * (run.id.count("/") + 1)  # to the root of the server, from /show/RUN

        def shared(name: str, content: bytes, kind: str) -> str:
            # Modules lie in the page: a request for each of them, times all phones of a hall, would take a server long.
            if kind == "text/javascript":
                return inside(name, content, kind)
            return f"{up}runtime/{manifest()['version']}/{name.removesuffix('.gz')}"

        place = Flat(folder, f"./{run.id.rsplit('/', 1)[-1]}/files/{folder.name.removeprefix('show-')}/")
        content = page([run], place, shared, follow=f"{up}follow")
        write_bytes(folder / PAGE, gzip.compress(content.encode(), 9, mtime=0))  # last: it says that all is there
    return folder


class Flat(Folder):
    """Files of one run, without a folder of their own."""

    def __call__(self, name: str, content: bytes, kind: str) -> str:
        return super().__call__(name.rsplit("/", 1)[-1], content, kind)
