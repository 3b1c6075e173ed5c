"""What each component of the browser is told about a run: plain values that become JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from vae_core.analysis import (
    IMAGES,
    Keyframe,
    Latents,
    MapConfig,
    codes_limit,
    latents_file,
    map_file,
    map_of,
    match_dimensions,
    pca_axes,
    rate_curve,
    rate_point,
)
from vae_core.analysis.responses import information_in_view
from vae_core.config import BetascopeError
from vae_core.metrics.coded import MetricError
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

from . import library
from .conditions import condition
from .curves import COLOURS
from .figures import colourings


def about(run: Run) -> dict[str, Any]:
    """What every component needs: which run, which weights, images of what shape."""
    return {"run": run.id, "version": run.weights_hash(), "shape": list(run.config.model.shape)}


def dimensions(codes: Latents) -> dict[str, Any]:
    """The order of sliders, and what each dimension carries."""
    return {
        "order": codes.order(),
        "collapsed": codes.collapsed(),
        "weights": codes.weight_per_dim().tolist(),
        "unit": "nats" if codes.rate is not None else "variance",
    }


def traversal_scene(
    run: Run, codes: Latents, z: Sequence[float], row: int | None, reach: float, under: float | None = None
) -> dict[str, Any]:
    """For traversal.js: sliders by what their dimensions carry, and the small map beside the image."""
    centre, deviation = codes.spread()
    file = latents_file(run)
    return (
        about(run)
        | dimensions(codes)
        | {
            "z": list(z),
            "row": row,
            "condition": under,
            "reach": reach,
            "centre": centre.tolist(),
            "deviation": deviation.tolist(),
            "prior": codes.rate is not None and codes.standard,
            "images": len(codes),
            "codes": file.name if file.exists() else None,
            "originals": library.test_data(run)[0] is not None,
            "classNames": list(codes.class_names),
            "map": map_scene(run, codes, flat_map(codes), mini=True),
            "factors": factors_scene(run, codes),
        }
    )


def factors_scene(run: Run, codes: Latents) -> dict[str, Any] | None:
    """What each dimension tells of each ground-truth factor; None where images have none, or are too few to tell."""
    try:
        share, names, where = information_in_view(run, codes)
    except MetricError:
        return None
    return {"names": [name.replace("_", " ") for name in names], "share": share.round(4).tolist(), "where": where}


def codes_scene(run: Run, codes: Latents, z: Sequence[float], row: int | None) -> dict[str, Any]:
    """For codes.js: the codebook, how often the test images say each word, and the small map."""
    model, file = library.model_of(run), latents_file(run)
    assert isinstance(model, VQVAE)
    said = model.nearest(torch.from_numpy(codes.mu)).flatten()
    return about(run) | {
        "side": model.side,
        "words": model.words.detach().tolist(),
        "uses": torch.bincount(said, minlength=len(model.words)).tolist(),
        "z": list(z),
        "row": row,
        "images": len(codes),
        "codes": file.name if file.exists() else None,
        "originals": library.test_data(run)[0] is not None,
        "map": map_scene(run, codes, flat_map(codes), mini=True),
    }


def interpolation_scene(
    run: Run, codes: Latents, keyframes: Sequence[Keyframe], mode: str, at: float, under: float | None = None
) -> dict[str, Any]:
    """For interpolate.js: the places the path goes by, and the map it is drawn on."""
    return about(run) | {
        "keyframes": [
            {"text": place.text, "title": place.title, "z": place.z.tolist(), "row": place.row} for place in keyframes
        ],
        "mode": mode,
        "at": at,
        "condition": under,
        "originals": library.test_data(run)[0] is not None,
        "map": map_scene(run, codes, flat_map(codes), mini=True),
    }


def comparison_scene(
    runs: Sequence[Run], names: Mapping[str, str], reference: int, image: int, move: Mapping[int, float], reach: float
) -> dict[str, Any]:
    """For compare.js: runs on the same images, their codes of one of them, and which dimensions belong together."""
    found = [library.latents(run, [image]) for run in runs]
    leading = found[reference]
    centre, deviation = leading.spread()
    views = []
    for run, codes in zip(runs, found, strict=True):
        matches = match_dimensions(leading, codes)
        views.append(
            about(run)
            | {
                "title": names[run.id],
                "condition": condition(run, None if codes.labels is None else int(codes.labels[image])),
                "z": codes.mu[image].tolist(),
                "deviation": codes.spread()[1].tolist(),
                "matches": [
                    match and {"dim": match.dim, "sign": match.sign, "r": match.correlation} for match in matches
                ],
            }
        )
    return dimensions(leading) | {
        "runs": views,
        "reference": reference,
        "low": (centre - reach * deviation).tolist(),
        "high": (centre + reach * deviation).tolist(),
        "move": {str(dim): amount for dim, amount in move.items()},
    }


def rates_scene(run: Run) -> dict[str, Any] | None:
    """For beta.js: the curve over β, and the step in view; None for a run that is not told β, or cannot be measured."""
    if run.config.model.betas is None or run.asked is None:
        return None
    try:
        curve = rate_curve(run)
    except BetascopeError:
        return None  # the data is not at hand, which the page says
    steps = curve.betas.tolist()
    return {
        "betas": steps,
        "at": steps.index(run.asked),
        "rate": curve.rate.tolist(),
        "distortion": curve.distortion.tolist(),
        "per_dim": curve.rate_per_dim.tolist(),
    }


def multirate_scene(
    run: Run, runs: Sequence[Run], names: Mapping[str, str], rows: Sequence[int]
) -> dict[str, Any] | None:
    """For multirate.js: the curve of a run that is told β, and the others' rate and distortion on the same images."""
    curve = rates_scene(run)
    if curve is None:
        return None
    others = []
    for place, other in enumerate(runs):
        rate, distortion = rate_point(other) if other.id != run.id else (None, 0.0)
        if rate is not None:
            colour = COLOURS[place % len(COLOURS)]
            others.append({"title": names[other.id], "colour": colour, "rate": rate, "distortion": distortion})
    images = min(IMAGES, len(library.latents(run)))
    return about(run) | {"rows": list(rows), "at": curve["at"], "curve": curve | {"images": images}, "others": others}


def flat_map(codes: Latents) -> MapConfig:
    """The map that any code can be placed on exactly: the plane itself, or PCA."""
    return MapConfig(method="plane" if codes.dims == 2 else "pca")


def map_scene(
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
    """For map.js; None where the run's folder cannot keep the files that the browser asks for."""
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
