"""What a widget's browser side is given: models, codes, maps and images of its runs, as compressed files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import streamlit as st

from vae_core.analysis import MapConfig, at_nearest
from vae_core.runs import Run, RunError

from .. import library
from ..live.decoder import RUNTIME
from ..take_away.contents import WASM, contents_of

#: Runs whose files stay in memory, for further widgets of the same.
MOST = 16


class Files(dict[str, bytes]):
    """Files by a hash of their content; a `Place`."""

    def __call__(self, name: str, content: bytes, kind: str) -> str:
        address = hashlib.blake2b(content, digest_size=12).hexdigest()
        self[address] = content
        return address


def opened(run: Run | str) -> Run:
    """The run, or the one of this id in the store or the gallery, under an id that changes with its weights: two notebooks
    in one window may have a run of the same name.

    Raises:
        RunError: there is none, it has no weights yet, or it is on a table.
    """
    found = library.find(run) if isinstance(run, str) else run
    if not found.has_weights:
        raise RunError(f"The run {found.id!r} is {found.status()['state']} and has no weights yet.")
    found.check_images("Widgets")
    return replace(at_nearest(found), id=f"{found.id}@{found.weights_hash()}")


def given(runs: Sequence[Run], maps: Sequence[MapConfig] = ()) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The traits `contents` and `files` (notebook/browser/contents.js).

    Raises:
        BetascopeError: a model that cannot be exported, or codes that are not cached while the data is not at hand.
    """
    files = Files(_runtime())
    contents: dict[str, Any] = {"runs": {}, "runtime": next(iter(files))}
    for run in runs:
        contents["runs"][run.id], of_run = _of_run(run, run.id, tuple(maps))
        files |= of_run
    return contents, dict(files)


@cache
def _runtime() -> Files:
    files = Files()
    files(WASM, (RUNTIME / f"{WASM}.gz").read_bytes(), "")
    return files


@st.cache_resource(max_entries=MOST, show_spinner=False, hash_funcs=library.BY_PATH)
def _of_run(run: Run, id: str, maps: tuple[MapConfig, ...]) -> tuple[dict[str, Any], Files]:
    files = Files()
    return contents_of(run, files, maps), files
