"""Props of the map component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vae_core.analysis import Latents, MapConfig, codes_limit, latents_file, map_file, map_of, pca_axes
from vae_core.runs import Run

from ..figures.colourings import colourings
from ..figures.style import COLOURS
from .props import about


def flat_map(codes: Latents) -> MapConfig:
    """The map that any code can be placed on exactly: the plane itself, or PCA."""
    return MapConfig(method="plane" if codes.dims == 2 else "pca")


def map_props(
    run: Run,
    codes: Latents,
    config: MapConfig,
    *,
    colour: str | None = None,
    picks: Sequence[int] = (),
    z: Sequence[float] | None = None,
    under: float | None = None,
    mini: bool = False,
) -> dict[str, Any] | None:
    """For a LatentMap; None where the run's folder cannot keep the files that the browser asks for."""
    points = map_of(run, config)
    files = map_file(run, config), latents_file(run, codes_limit(config))
    if not all(file.exists() for file in files):
        return None
    shown = colour_table(codes)
    return about(run) | {
        "map": files[0].name,
        "images": run.config.fingerprint,
        "codes": files[1].name,
        "space": space_of(codes, config),
        "colourings": shown,
        "colour": colour if colour in [one["name"] for one in shown] else shown[0]["name"],
        "palette": list(COLOURS),
        "picks": [row for row in picks if row < len(points)],
        "z": None if z is None else list(z),
        "condition": under,
        "mini": mini,
    }


def colour_table(codes: Latents) -> list[dict[str, Any]]:
    """What a map can be coloured by, and where the browser finds the values."""
    return [
        {"name": name, "source": one.source, "names": list(one.names) or None, "unit": one.unit}
        for name, one in colourings(codes).items()
    ]


def space_of(codes: Latents, config: MapConfig) -> dict[str, Any]:
    """How the browser gets from a point of the map to a code and back (space.js)."""
    if config.method == "plane":
        return {"kind": "plane"}
    if config.method == "pca":
        mean, axes = pca_axes(codes.mu[: config.limit])
        return {"kind": "pca", "mean": mean.tolist(), "axes": axes.tolist()}
    return {"kind": "near"}
