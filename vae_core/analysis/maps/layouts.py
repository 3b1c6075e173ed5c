"""UMAP and t-SNE of codes: seeded, initialised with PCA or another map, with progress."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...config import ConfigError
from ...cores import Threads
from .neighbours import neighbours

#: Called with the share that is done, 0 to 1; returning True stops the work.
Progress = Callable[[float], bool]


class Stopped(Exception):
    """The layout was cancelled."""


def umap_epochs(count: int) -> int:
    """Epochs of UMAP: its default of 500 for small maps; larger ones converge in fewer, and each takes longer."""
    return 500 if count <= 5000 else 200 if count <= 20_000 else 120


def umap_layout(
    codes: NDArray[np.float32],
    start: NDArray[np.float32],
    *,
    near: int,
    min_dist: float,
    density: bool,
    seed: int,
    settled: bool = False,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """UMAP (McInnes et al. 2018), or densMAP (Narayan et al. 2021), from `start` `(N, d)` within ±10. `(N, d)`.

    settled: the start is a map already, and points stay near their positions.

    Raises:
        ConfigError: fewer than three codes have no neighbourhoods. Stopped: `progress` returned True.
    """
    if len(codes) < 3:
        raise ConfigError(f"--method 'umap': needs at least 3 images, not {len(codes)}; use pca.")
    umap = compiled_umap()
    near = min(near, len(codes) - 1)
    with Threads(torch.get_num_threads()), warnings.catch_warnings():  # numba sets the number of torch's threads, too
        warnings.simplefilter("ignore")  # that it cannot transform new codes, which `place` does
        layout = umap.UMAP(
            n_components=start.shape[1],
            n_neighbors=near,
            min_dist=min_dist,
            n_epochs=umap_epochs(len(codes)),
            learning_rate=SETTLED_RATE if settled else 1.0,
            init=start,
            densmap=density,
            precomputed_knn=neighbours(codes, near),
            random_state=seed,
            n_jobs=1,
            tqdm_kwds={"file": _ProgressFile(progress), "disable": progress is None, "bar_format": "{n}/{total} "},
        ).fit_transform(codes)
    return np.asarray(layout, dtype=np.float32)


@cache
def compiled_umap() -> Any:
    """The umap package. What numba compiles of it is stored on disk, for all later processes of this machine."""
    import umap
    from numba.core.dispatcher import Dispatcher

    for module in (umap.layouts, umap.umap_, umap.utils):
        for function in vars(module).values():
            if isinstance(function, Dispatcher):
                with suppress(RuntimeError):  # no folder that it may write to: each process compiles
                    function.enable_caching()
    return umap


#: Learning rate of a UMAP that starts from another map.
SETTLED_RATE = 0.1


class _ProgressFile:
    """A file for UMAP's progress bar, the only way to get its progress and to stop it."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.thread = threading.get_ident()
        self.stopped = False

    def write(self, text: str) -> None:
        counts = re.search(r"(\d+)/(\d+)", text)
        # A bar's monitor writes too, from a thread of its own, and a bar once more when it is closed.
        if self.progress is None or not counts or self.stopped or threading.get_ident() != self.thread:
            return
        if self.progress(int(counts[1]) / max(1, int(counts[2]))):
            self.stopped = True
            # A bar holds its lock while it writes and does not release it when that fails: no other thread would get it again.
            compiled_umap().layouts.tqdm.get_lock().release()
            raise Stopped

    def flush(self) -> None:
        pass


#: Phases of gradient descent of t-SNE, (iterations, settings), for medium maps and for large ones. With 10,000 points trees are
#: faster than grids, which grow with the map; a coarse grid is enough while the map is small. `bench.maps` measures both.
TREES: tuple[tuple[int, dict[str, Any]], ...] = (
    (250, {"exaggeration": 12, "momentum": 0.5, "ints_in_interval": 2, "negative_gradient_method": "fft"}),
    (650, {"momentum": 0.8, "theta": 0.7, "negative_gradient_method": "bh"}),
)
GRIDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (250, {"exaggeration": 12, "momentum": 0.5, "ints_in_interval": 2, "negative_gradient_method": "fft"}),
    (400, {"momentum": 0.8, "ints_in_interval": 2, "negative_gradient_method": "fft"}),
    (100, {"momentum": 0.8, "ints_in_interval": 1.5, "negative_gradient_method": "fft"}),
)


def tsne_layout(
    codes: NDArray[np.float32],
    start: NDArray[np.float32],
    *,
    perplexity: float,
    seed: int,
    jobs: int,
    settled: bool = False,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """t-SNE (van der Maaten & Hinton 2008; trees 2014, grids Linderman et al. 2019) from `start` `(N, 2)`. `(N, 2)`.

    settled: the start is a t-SNE map already; without early exaggeration, points stay near their positions.

    Raises:
        Stopped: `progress` returned True.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    perplexity = min(perplexity, (len(codes) - 1) / 3)
    rows, distances = neighbours(codes, min(len(codes), int(3 * perplexity) + 1))
    index = PrecomputedNeighbors(rows[:, 1:], distances[:, 1:].astype(np.float64))
    affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=index, n_jobs=jobs, random_state=seed)
    initial = start if settled else start * (1e-4 / start[:, 0].std())
    embedding = TSNEEmbedding(initial.astype(np.float64), affinities, n_jobs=jobs, random_state=seed)
    phases = (TREES if len(codes) <= 20_000 else GRIDS)[int(settled) :]
    total, done = sum(count for count, _ in phases), 0
    stopped = False

    def on_iteration(iteration: int, error: float, points: Any) -> bool:
        nonlocal stopped
        stopped = bool(progress and progress((done + iteration) / total))
        return stopped

    for count, settings in phases:
        # Belkina et al. 2019: N over the exaggeration; with less than 200 a small map shrinks to a point.
        rate = max(200.0, len(codes) / settings.get("exaggeration", 1))
        embedding = embedding.optimize(
            count, learning_rate=rate, callbacks=[on_iteration], callbacks_every_iters=10, **settings
        )
        if stopped:
            raise Stopped
        if np.std(embedding) < 1e-4:  # codes without clusters: exaggeration has collapsed the map to a point
            embedding[:] = initial
        done += count
    return np.asarray(embedding, dtype=np.float32)
