"""Props of the map component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.analysis import Latents, MapConfig, codes_limit, latents_file, map_file, map_of, pca_axes
from vae_core.runs import Run

from ..figures.colourings import colourings
from ..figures.style import COLOURS
from .props import about, moment_props


def flat_map(codes: Latents) -> MapConfig:
    """The map on which any code has an exact place: the plane itself, or PCA."""
    return MapConfig(method="plane" if codes.dims == 2 else "pca")


def map_props(
    run: Run,
    codes: Latents,
    config: MapConfig,
    *,
    colour: str | None = None,
    picks: Sequence[int] = (),
    groups: Mapping[str, Sequence[int]] | None = None,
    z: Sequence[float] | None = None,
    condition: float | None = None,
    mini: bool = False,
) -> dict[str, Any] | None:
    """For `LatentMap`; None where the run's cache cannot hold the files that the browser requests.

    picks: rows of test images; groups: name → rows, of those that are compared; z: a code to mark; condition: class or β; mini: the small map of other pages.
    """
    points = map_of(run, config)
    files = map_file(run, config), latents_file(run, codes_limit(config))
    if not all(file.exists() for file in files):
        return None
    options = colour_table(codes)
    return about(run) | {
        "map": files[0].name,
        "images": run.config.fingerprint,
        "codes": files[1].name,
        "space": space_of(codes, config, points),
        "colourings": options,
        "colour": colour if colour in [option["name"] for option in options] else options[0]["name"],
        "palette": list(COLOURS),
        "picks": [row for row in picks if row < len(points)],
        "groups": [{"name": name, "rows": list(rows)} for name, rows in (groups or {}).items()],
        "z": None if z is None else list(z),
        "condition": condition,
        "moments": moment_props(run) if config.method in ("plane", "pca") else None,
        "mini": mini,
    }


def colour_table(codes: Latents) -> list[dict[str, Any]]:
    """The colourings of a map, and where the browser finds their values."""
    return [
        {
            "name": name,
            "label": colouring.title if colouring.source.startswith("z:") else name,
            "source": colouring.source,
            "names": list(colouring.names) or None,
            "unit": colouring.unit,
        }
        for name, colouring in colourings(codes).items()
    ]


def space_of(codes: Latents, config: MapConfig, points: NDArray[np.float32]) -> dict[str, Any]:
    """How the browser gets from a point of the map to a code and back (space.js). points: where the codes lie on it."""
    if config.method == "plane":
        return {"kind": "plane"}
    if config.method == "pca":
        mean, axes = pca_axes(codes.mu[: config.limit], like=points)
        return {"kind": "pca", "mean": mean.tolist(), "axes": axes.tolist()}
    return {"kind": "near"}
