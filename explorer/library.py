"""Runs, codes and images for the pages, cached between reruns by Streamlit."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.analysis import ALL, LIMIT, Latents, Reproducibility, latents_file, latents_of
from vae_core.analysis import reproducibility as compare_seeds
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, ImageData, Source
from vae_core.datasets.base import test_count
from vae_core.datasets.public import is_here
from vae_core.models import Model
from vae_core.models.tabular_vae import TabularVAE
from vae_core.runs import BrokenRun, Run, RunError, Store, split_id
from vae_core.runs.store import NOT_RUNS, folders
from vae_core.serving import MODEL_CACHE

#: How Streamlit's caches hash a run: by its folder, the step and the β in view.
BY_PATH: dict[str | type[Any], Callable[[Any], Any]] = {
    Run: lambda run: f"{run.path} {run.requested_step} {run.requested_beta}"
}
#: Fingerprints of test images that were needed and not there.
_OTHERS: set[str] = set()


def store() -> Store:
    """The store of this app (`VAE_STORE_DIR`, else `checkpoints`)."""
    return Store(os.environ.get("VAE_STORE_DIR"))


def own_runs() -> list[Run | BrokenRun]:
    """The user's runs, newest first; a folder that does not open is a `BrokenRun` with the reason."""
    runs = [_opened(path, path.name) for path in folders(store().root) if path.name not in NOT_RUNS]
    return sorted(runs, key=lambda run: run.config.created if isinstance(run, Run) else 0.0, reverse=True)


def gallery_runs() -> list[Run | BrokenRun]:
    """The runs that ship with the project, by the rank in their notes, data set, latent dimensions (most first), then β."""
    return sorted((_opened(path, f"gallery/{path.name}") for path in folders(store().gallery_root)), key=_gallery_order)


def _gallery_order(run: Run | BrokenRun) -> tuple[float, ...]:
    if isinstance(run, BrokenRun):
        return (math.inf,)
    rank = run.notes().rank
    config, datasets = run.config, list(DATASETS)
    data = datasets.index(config.data.name) if config.data.name in datasets else len(datasets)
    return rank, data, -config.model.latent_dim, config.beta or 0.0


def openable_runs() -> list[Run]:
    """Own runs with weights, newest first, then the gallery: what can be explored."""
    return [run for run in own_runs() + gallery_runs() if isinstance(run, Run) and run.has_weights]


def active_runs() -> list[Run]:
    """Own runs that are training or queued, in the order in which they start."""
    runs = [run for run in own_runs() if isinstance(run, Run) and run.status()["state"] in ("queued", "running")]
    return sorted(runs, key=lambda run: (run.status()["state"] == "queued", run.config.created))


def find(id: str) -> Run:
    """The run of this id, or its snapshot, as `Store.open`; opened again only when one of its files has changed.

    Raises:
        RunError: there is no such run or snapshot, or it is broken.
    """
    name, step = split_id(id)
    shipped = name.startswith("gallery/")
    for path in folders(store().gallery_root if shipped else store().root):
        if path.name == name.removeprefix("gallery/") and name not in NOT_RUNS:
            run = _opened(path, name)
            if isinstance(run, Run):
                return run.at_step(step)
            raise RunError(run.reason)
    raise RunError(f"There is no run {id!r} any more; choose another one.")


def numbers(run: Run) -> dict[str, Any]:
    """The run's evaluation on the whole test split, else its last evaluation in training, else an empty dict."""
    if evaluation := run.evaluation():
        return evaluation
    history = run.history()
    return history[-1] if history else {}


def reason_not_openable(id: str) -> str:
    """One sentence on why the run `id` is not among `openable_runs`."""
    try:
        run = store().open(id)
    except RunError as error:
        return str(error)
    return f"The run {run.id!r} is {run.status()['state']} and has no weights yet."


def model_of(run: Run) -> Model:
    """The run's model in evaluation mode, from the cache of loaded models."""
    return MODEL_CACHE.model(run)


def latents(run: Run, rows: Iterable[int] = ()) -> Latents:
    """Codes of the run's test images, enough of them to include `rows`; computed once, then read from its cache folder."""
    limit = ALL if max(rows, default=0) >= LIMIT and has_more_codes(run) else LIMIT
    codes = _latents(run, run.weights_version(), limit)
    return dataclasses.replace(codes, names=run.notes().names)


def reproducibility(runs: Sequence[Run]) -> Reproducibility:
    """UDR of runs that differ by their seed, computed once for their weights.

    Raises:
        BetascopeError: codes are not cached, and data or weights are not available.
    """
    return _reproducibility(list(runs), tuple(run.weights_version() for run in runs))


@st.cache_resource(max_entries=24, show_spinner="Comparing the seeds …", hash_funcs=BY_PATH)
def _reproducibility(runs: list[Run], versions: tuple[int, ...]) -> Reproducibility:
    return compare_seeds(runs)


def has_more_codes(run: Run) -> bool:
    """Whether there are more test images than `LIMIT`, and their codes are cached or can be computed."""
    if (source := _drawn(run)) is not None:
        return test_count(run.config.data.size or source.default_size) > LIMIT
    data, _ = test_data(run)
    return latents_file(run, ALL).exists() if data is None else len(data.test) > LIMIT


@st.cache_resource(max_entries=24, show_spinner="Encoding the test images …", hash_funcs=BY_PATH)
def _latents(run: Run, version: int, limit: int) -> Latents:
    return latents_of(run, limit)


@st.cache_resource(max_entries=6, show_spinner="Opening the images …", hash_funcs=BY_PATH)
def _test_data(run: Run, fingerprint: str) -> ImageData:
    return run.data("test")


@st.cache_resource(max_entries=64, ttl=60, show_spinner=False, hash_funcs=BY_PATH)
def test_data(run: Run) -> tuple[ImageData | None, str]:
    """The run's test images and ""; or None and one sentence on why: pages then show decoded images instead.

    To look at a run downloads nothing: `without_images` offers that. A failure is cached for a minute.
    """
    if not is_here(name := run.config.data.name):
        return None, f"{DATASETS[name].title} is not on this computer."
    try:
        return _test_data(run, run.config.fingerprint), ""
    except BetascopeError as error:
        _OTHERS.add(run.config.fingerprint)
        return None, str(error)


def why_no_originals(run: Run) -> str:
    """ "" where test images can be shown, else one sentence on why not. Those that this program draws can be, as long as they did not
    turn out to be others than the run was trained on: drawing them all takes seconds, and to move a slider needs none.
    """
    if _drawn(run) is not None and run.config.fingerprint not in _OTHERS:
        return ""
    return test_data(run)[1]


def _drawn(run: Run) -> Source | None:
    """The data set of a run, if this program draws it."""
    source = DATASETS.get(run.config.data.name)
    return source if source is not None and source.drawn else None


@st.cache_resource(max_entries=1, show_spinner="Opening the training images …")
def _training(fingerprint: str, _run: Run) -> Tensor:
    return _run.data("all").train.images


def training_images(run: Run) -> tuple[Tensor | None, str]:
    """The images the run was trained on, uint8 `(N, C, H, W)`, and ""; or None and one sentence on why."""
    data, why = test_data(run)
    return (None, why) if data is None else (_training(run.config.fingerprint, run), "")


def decoded_rows(run: Run, z: Tensor | NDArray[np.float32]) -> Tensor:
    """Codes `(n, D)` of a run on a table as rows `(n, W)`: means of numbers, likeliest categories."""
    model = cast(TabularVAE, model_of(run))
    with torch.no_grad():
        return model.columns.likeliest(model.decode(torch.as_tensor(z, dtype=torch.float32)))


def _opened(path: Path, id: str) -> Run | BrokenRun:
    """The run in a folder, opened again only when one of its files changed: opening reads all its weights."""
    files = (path / "config.json", path / "status.json", path / "weights.safetensors", path / "notes.json")
    return _open(str(path), id, tuple(_stamp(file) for file in files))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@st.cache_resource(max_entries=512, show_spinner=False)
def _open(path: str, id: str, stamps: tuple[tuple[int, int], ...]) -> Run | BrokenRun:
    try:
        return Run.open(Path(path), id)
    except RunError as error:
        return BrokenRun(id, Path(path), str(error))
