"""Two-dimensional maps of codes: PCA, UMAP, t-SNE, or the code plane itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Config, ConfigError, setting
from ..runs import Run
from .cache import cache_path, cached
from .latents import ALL, LIMIT, latents_of


@dataclass(frozen=True)
class MapConfig(Config):
    """How a map is made; every setting is part of the cache key."""

    method: str = setting("umap", "Projection of the latent means", choices=("pca", "umap", "tsne", "plane"))
    limit: int = setting(LIMIT, "Test images on the map", low=10, high=ALL)
    neighbours: int = setting(15, "UMAP: neighbours that count as near", low=2, high=200, advanced=True)
    min_dist: float = setting(0.1, "UMAP: how tightly points may pack", low=0.0, high=0.99, advanced=True)
    perplexity: float = setting(30.0, "t-SNE: effective number of neighbours", low=2.0, high=200.0, advanced=True)
    seed: int = setting(0, "Seed of the layout", low=0, high=2**32 - 1, advanced=True)


def pca_axes(codes: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean `(D,)` and the two directions `(D, 2)` of largest variance, each with its largest weight positive."""
    mean = codes.mean(0, dtype=np.float64)
    _, _, directions = np.linalg.svd(codes.astype(np.float64) - mean, full_matrices=False)
    top = directions[:2]
    signs = np.sign(top[np.arange(len(top)), np.abs(top).argmax(1)])
    axes = (top * signs[:, None]).T
    return mean, np.pad(axes, ((0, 0), (0, 2 - axes.shape[1])))


def pca(codes: NDArray[np.float32], config: MapConfig) -> NDArray[np.float32]:
    """The two directions of largest variance, by singular value decomposition; signs are fixed. `(N, 2)`."""
    mean, axes = pca_axes(codes)
    return ((codes.astype(np.float64) - mean) @ axes).astype(np.float32)


def umap_layout(codes: NDArray[np.float32], config: MapConfig) -> NDArray[np.float32]:
    """UMAP (McInnes et al. 2018), seeded, started from PCA. `(N, 2)`.

    Raises:
        ConfigError: fewer than three codes have no neighbourhoods.
    """
    import umap

    if len(codes) < 3:
        raise ConfigError(f"--method 'umap': needs at least 3 images, not {len(codes)}; use pca.")
    layout = umap.UMAP(
        n_neighbors=min(config.neighbours, len(codes) - 1),
        min_dist=config.min_dist,
        init=_start(codes, config),
        random_state=config.seed,
        n_jobs=1,
    )
    return np.asarray(layout.fit_transform(codes), dtype=np.float32)


def tsne(codes: NDArray[np.float32], config: MapConfig) -> NDArray[np.float32]:
    """t-SNE (van der Maaten & Hinton 2008; FFT-accelerated, Linderman et al. 2019), started from PCA. `(N, 2)`."""
    from openTSNE import TSNE

    # One thread: its many short parallel loops wait for each other, 5 to 20 times slower on two busy cores.
    perplexity = min(config.perplexity, (len(codes) - 1) / 3)
    start = _start(codes, config)
    start *= 1e-4 / start[:, 0].std()  # as wide as openTSNE wants it
    layout = TSNE(perplexity=perplexity, initialization=start, random_state=config.seed, n_jobs=1)
    return np.asarray(layout.fit(codes), dtype=np.float32)


def plane(codes: NDArray[np.float32], config: MapConfig) -> NDArray[np.float32]:
    """The codes themselves: a map without any distortion, for two latent dimensions. `(N, 2)`.

    Raises:
        ConfigError: codes of other than two dimensions.
    """
    if codes.shape[1] != 2:
        raise ConfigError(f"--method 'plane': shows 2 latent dimensions, not {codes.shape[1]}; use pca, umap or tsne.")
    return codes


@dataclass(frozen=True)
class Projection:
    """title: as shown; slow: worth a process of its own."""

    title: str
    function: Callable[[NDArray[np.float32], MapConfig], NDArray[np.float32]]
    slow: bool


PROJECTIONS = {
    "umap": Projection("UMAP", umap_layout, True),
    "tsne": Projection("t-SNE", tsne, True),
    "pca": Projection("PCA", pca, False),
    "plane": Projection("Latent plane", plane, False),
}


def map_file(run: Run, config: MapConfig) -> Path:
    """Where `map_of` keeps its result: positions as safetensors."""
    return cache_path(run, "map", config.to_dict())


def codes_limit(config: MapConfig) -> int:
    """How many test images are encoded for a map: all maps of a few share one file of codes, all larger ones another."""
    return LIMIT if config.limit <= LIMIT else ALL


def map_of(run: Run, config: MapConfig) -> NDArray[np.float32]:
    """Positions `(N, 2)` of the first `config.limit` test images, from the cache if they are there.

    Raises:
        ConfigError, DataError, RunError: the method, the data or the run does not allow it.
    """

    def compute() -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        codes = latents_of(run, codes_limit(config)).mu[: config.limit]
        positions = PROJECTIONS[config.method].function(codes, config)
        return {"positions": torch.from_numpy(np.ascontiguousarray(positions))}, {}

    return cached(run, "map", config.to_dict(), compute)[0]["positions"].numpy()


def _start(codes: NDArray[np.float32], config: MapConfig) -> NDArray[np.float32]:
    """PCA within ±10, with a trace of noise: codes of one dimension, or all alike, would leave an axis flat. `(N, 2)`."""
    points = pca(codes, config)
    noise = np.random.default_rng(config.seed).normal(scale=1e-4, size=points.shape)
    return (points / max(float(np.abs(points).max()), 1e-12) * 10 + noise).astype(np.float32)
