"""Maps of codes: PCA, UMAP, t-SNE, or the latent plane itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...config import Config, ConfigError, setting
from ...cores import free_cores
from ...runs import GALLERY, Run
from ..cache import cache_path, cached
from ..codes.latents import ALL, LIMIT, latents_of
from .layouts import Progress, tsne_layout, umap_layout
from .neighbours import place

Positions = NDArray[np.float32] | None


@dataclass(frozen=True)
class MapConfig(Config):
    """Settings of a map; all of them are part of the cache key."""

    method: str = setting("umap", "Projection of the latent means", choices=("pca", "umap", "tsne", "plane"))
    limit: int = setting(LIMIT, "Test images on the map", low=10, high=1_000_000)
    dims: int = setting(2, "Dimensions of the map; 3 for pca and umap", low=2, high=3)
    density: bool = setting(False, "UMAP: crowded places stay crowded (densMAP)")
    like: str = setting(
        "",
        "Run of the same images whose map this one starts from (pca: is turned to), so that points keep their places",
    )
    neighbours: int = setting(15, "UMAP: neighbours that count as near", low=2, high=200, advanced=True)
    min_dist: float = setting(0.1, "UMAP: how tightly points may pack", low=0.0, high=0.99, advanced=True)
    perplexity: float = setting(30.0, "t-SNE: effective number of neighbours", low=2.0, high=200.0, advanced=True)
    seed: int = setting(0, "Seed of the layout", low=0, high=2**32 - 1, advanced=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dims == 3 and self.method not in ("pca", "umap"):
            raise ConfigError(f"--dims 3: {self.method!r} lays out in 2 dimensions; use pca or umap.")
        if self.density and self.method != "umap":
            raise ConfigError(f"--density: is a setting of umap, not of {self.method!r}.")
        if self.like and self.method == "plane":
            raise ConfigError(f"--like {self.like!r}: the plane lies as it is; use umap, tsne or pca.")


def pca_axes(
    codes: NDArray[np.float32], dims: int = 2, like: Positions = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean `(D,)` and the directions `(D, dims)` of largest variance, each with its largest weight positive; turned within their
    plane so that the projection lies as the positions `like` `(N, dims)` do, if those are given.
    """
    mean = codes.mean(0, dtype=np.float64)
    _, _, directions = np.linalg.svd(codes.astype(np.float64) - mean, full_matrices=False)
    top = directions[:dims]
    signs = np.sign(top[np.arange(len(top)), np.abs(top).argmax(1)])
    axes = (top * signs[:, None]).T
    axes = np.pad(axes, ((0, 0), (0, dims - axes.shape[1])))
    return mean, axes if like is None else axes @ rotation((codes.astype(np.float64) - mean) @ axes, like)


def pca(codes: NDArray[np.float32], config: MapConfig, start: Positions = None, **_: Any) -> NDArray[np.float32]:
    """The plane of largest variance, by singular value decomposition; signs are fixed, or it is turned to lie as `start`. `(N, dims)`."""
    mean, axes = pca_axes(codes, config.dims, start)
    return ((codes.astype(np.float64) - mean) @ axes).astype(np.float32)


def umap(codes: NDArray[np.float32], config: MapConfig, start: Positions = None, progress: Progress | None = None) -> NDArray[np.float32]:  # fmt: skip
    """UMAP or densMAP (layouts.py), `(N, dims)`."""
    return umap_layout(
        codes, _start(codes, config, start), near=config.neighbours, min_dist=config.min_dist, density=config.density,
        seed=config.seed, settled=start is not None, progress=progress,
    )  # fmt: skip


#: With more codes than this, only the first of them are laid out, and the others are placed among these.
SAMPLED, LANDMARKS = 100_000, 20_000


def by_sample(lay_out: Callable[..., NDArray[np.float32]]) -> Callable[..., NDArray[np.float32]]:
    """Of more than `SAMPLED` codes, lay out the first `LANDMARKS` and place the others among them."""

    def function(codes: NDArray[np.float32], config: MapConfig, start: Positions = None, progress: Progress | None = None) -> NDArray[np.float32]:  # fmt: skip
        if len(codes) <= SAMPLED:
            return lay_out(codes, config, start, progress)
        first = codes[:LANDMARKS]
        blocks = [lay_out(first, config, None if start is None else start[:LANDMARKS], progress)]
        for begin in range(LANDMARKS, len(codes), 4096):
            blocks.append(place(codes[begin : begin + 4096], first, blocks[0]))
        return np.concatenate(blocks)

    return function


def tsne(codes: NDArray[np.float32], config: MapConfig, start: Positions = None, progress: Progress | None = None) -> NDArray[np.float32]:  # fmt: skip
    """t-SNE (layouts.py), `(N, 2)`."""
    # Several threads add in varying order: only with one thread do two maps of the same codes agree to the last bit.
    settled, jobs = start is not None, 1 if len(codes) <= LIMIT else free_cores()
    initial = start if start is not None else _start(codes, config, None)
    return tsne_layout(
        codes, initial, perplexity=config.perplexity, seed=config.seed, jobs=jobs, settled=settled, progress=progress
    )


def plane(codes: NDArray[np.float32], config: MapConfig, **_: Any) -> NDArray[np.float32]:
    """The codes themselves: a map without any distortion, for two latent dimensions. `(N, 2)`.

    Raises:
        ConfigError: codes of other than two dimensions.
    """
    if codes.shape[1] != 2:
        raise ConfigError(f"--method 'plane': shows 2 latent dimensions, not {codes.shape[1]}; use pca, umap or tsne.")
    return codes


@dataclass(frozen=True)
class Projection:
    """title: as shown; function(codes, config, start=, progress=); slow: computed in a separate process."""

    title: str
    function: Callable[..., NDArray[np.float32]]
    slow: bool


PROJECTIONS = {
    "umap": Projection("UMAP", by_sample(umap), True),
    "tsne": Projection("t-SNE", by_sample(tsne), True),
    "pca": Projection("PCA", pca, False),
    "plane": Projection("Latent plane", plane, False),
}


def map_file(run: Run, config: MapConfig) -> Path:
    """The file in which `map_of` caches its result: positions as safetensors."""
    return cache_path(run, "map", _parameters(run, config))


def _parameters(run: Run, config: MapConfig) -> dict[str, Any]:
    """The settings, and the weights of the run whose map this one starts from."""
    return config.to_dict() | ({"like": sibling(run, config.like).weights_hash()} if config.like else {})


def codes_limit(config: MapConfig) -> int:
    """How many test images are encoded for a map: all small maps share one file of codes, all larger ones another."""
    return LIMIT if config.limit <= LIMIT else ALL


def map_of(run: Run, config: MapConfig, progress: Progress | None = None) -> NDArray[np.float32]:
    """Positions `(N, dims)` of the first `config.limit` test images, from the cache where possible.

    Raises:
        ConfigError, DataError, RunError: the method does not suit the codes, or data or run are not available.
        Stopped: `progress` returned True.
    """

    def compute() -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        codes = latents_of(run, codes_limit(config)).mu[: config.limit]
        reference = map_of(sibling(run, config.like), config.replace(like="")) if config.like else None
        layout = PROJECTIONS[config.method].function(codes, config, start=reference, progress=progress)
        positions = layout if reference is None or config.method == "pca" else laid_on(layout, reference)
        return {"positions": torch.from_numpy(np.ascontiguousarray(positions))}, {}

    return cached(run, "map", _parameters(run, config), compute, ["positions"])[0]["positions"].numpy()


def sibling(run: Run, id: str) -> Run:
    """Another run of the same store, or of the gallery, on the same images.

    Raises:
        RunError: no run has this id. ConfigError: it was trained on other images.
    """
    folder = GALLERY if id.startswith("gallery/") else run.path.parent
    other = Run.open(folder / Path(id).name, id)
    if other.config.fingerprint != run.config.fingerprint:
        raise ConfigError(
            f"--like {id!r}: that run was trained on other images than {run.id!r}, so points cannot keep their places."
        )
    return other


def rotation(points: NDArray[np.float64], reference: NDArray[np.float32]) -> NDArray[np.float64]:
    """The rotation, or mirroring, `(d, d)` after which points `(N, d)` lie as near as possible to `reference` `(N, d)`, both about their
    means: orthogonal Procrustes analysis (Schönemann 1966).
    """
    a, b = points - points.mean(0), reference.astype(np.float64) - reference.mean(0, dtype=np.float64)
    u, _, v = np.linalg.svd(a.T @ b)
    return u @ v


def laid_on(points: NDArray[np.float32], reference: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points `(N, d)` shifted, rotated, mirrored and scaled to lie as close as possible to `reference` `(N, d)`.

    Orthogonal Procrustes analysis (Schönemann 1966): distances within the map keep their ratios.
    """
    a, b = points.astype(np.float64), reference.astype(np.float64)
    centre_a, centre_b = a.mean(0), b.mean(0)
    a, b = a - centre_a, b - centre_b
    u, singular, v = np.linalg.svd(a.T @ b)
    scale = singular.sum() / max(float((a**2).sum()), 1e-12)
    return (scale * a @ (u @ v) + centre_b).astype(np.float32)


def _start(codes: NDArray[np.float32], config: MapConfig, start: Positions) -> NDArray[np.float32]:
    """Another map's positions or PCA, within ±10, plus a little noise: equal codes would leave an axis without extent."""
    points = pca(codes, config) if start is None else start - start.mean(0)
    noise = np.random.default_rng(config.seed).normal(scale=1e-4, size=points.shape)
    return (points / max(float(np.abs(points).max()), 1e-12) * 10 + noise).astype(np.float32)
