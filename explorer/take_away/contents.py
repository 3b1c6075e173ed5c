"""What a page to take away holds: of each run its model, codes, map and images; and the components that show them."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from vae_core.analysis import (
    LIMIT,
    Latents,
    MapConfig,
    at_nearest,
    beta_steps,
    keyframe,
    latents_file,
    map_file,
    map_of,
)
from vae_core.export.files import onnx_of
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run
from vae_core.serving import to_pixels

from .. import library
from ..compare.numbers import table
from ..compare.props import comparison_props
from ..interpolate.props import interpolation_props
from ..live.decoder import RUNTIME
from ..live.map_props import flat_map, map_props
from ..live.props import rates_props
from ..live.socket import hello
from ..runs.names import labels
from ..traverse.props import codebook_props, traversal_props
from .places import Place

#: Test images that are there as they are, and draws from the prior; further images are decoded from their codes.
IMAGES, DRAWS = 200, 100
GZIP = "application/gzip"
WASM = "ort-wasm-simd-threaded.wasm"
#: Standard deviations that sliders span to either side.
REACH = 3.0


def contents(runs: Sequence[Run], place: Place, shared: Place) -> dict[str, Any]:
    """All of it as plain values; browser/contents.js has the types.

    place: for the files of the runs; shared: for what all pages use.

    Raises:
        BetascopeError: a model that cannot be exported, or codes that are not cached while the data is not at hand.
    """
    runs = [at_nearest(run) for run in runs]
    names = labels(runs)
    return {
        "title": " · ".join(names.values()),
        "runs": {run.id: contents_of(run, place) for run in runs},
        "views": [view for run in runs for view in views_of(run, names[run.id] if len(runs) > 1 else "")]
        + (comparison(runs, names) if len(runs) > 1 else [])
        + [{"title": "Numbers", "component": "numbers", "props": numbers(runs)}],
        "runtime": runtime_of(shared),
    }


def runtime_of(shared: Place) -> str:
    """The address of onnxruntime's WebAssembly."""
    return shared(f"{WASM}.gz", (RUNTIME / f"{WASM}.gz").read_bytes(), GZIP)


def contents_of(run: Run, place: Place, maps: Sequence[MapConfig] | None = None) -> dict[str, Any]:
    """Of one run; `maps`: besides the flat one, by default the one that the page's Map shows."""
    codes = library.latents(run)
    data, _ = library.test_data(run)
    images = None if data is None else to_pixels(data.test.images[: min(IMAGES, len(codes))])
    draws = library.model_of(run).prior_sample(DRAWS, torch.Generator().manual_seed(0)).float().numpy()
    files = {
        "decoder": onnx_of(run, "decoder"),
        "encoder": onnx_of(run, "encoder"),
        "images": b"" if images is None else images.tobytes(),
        "draws": np.ascontiguousarray(draws, "<f4").tobytes(),
    }
    if maps is None:
        maps = [] if is_codebook(run) else [best_map(codes)]
    for config in maps:
        map_of(run, config)
    for path in (latents_file(run), *(map_file(run, one) for one in (*maps, flat_map(codes)))):
        files[path.name] = path.read_bytes()
    folder = run.id.replace("/", "-")
    return {
        "info": hello(run) | {"runtime": None},
        "shape": list(run.config.model.shape),
        "files": {
            name: place(f"{folder}/{name}.gz", gzip.compress(content, 9, mtime=0), GZIP)
            for name, content in files.items()
            if content is not None
        },
        "images": 0 if images is None else len(images),
        "codes": latents_file(run).name,
        "steps": beta_steps(*run.config.model.betas) if run.config.model.betas else [],
    }


def condition_of(run: Run, codes: Latents, row: int) -> float | None:
    """The β of a multi-rate run, the class of a test image for a conditional one; None for others."""
    if run.requested_beta is not None:
        return run.requested_beta
    if not hello(run)["classes"]:
        return None
    return 0.0 if codes.labels is None else float(codes.labels[row])


def comparable(runs: Sequence[Run]) -> bool:
    """Whether one move can be made in all of them: runs on the same images, none with a codebook."""
    return len({run.config.fingerprint for run in runs}) == 1 and not any(map(is_codebook, runs))


def is_codebook(run: Run) -> bool:
    """Whether its codes are grids of codebook entries: no sliders, and no lines between codes."""
    return isinstance(library.model_of(run), VQVAE)


def best_map(codes: Latents) -> MapConfig:
    """The plane of a model with two dimensions, else UMAP."""
    return flat_map(codes) if codes.dims == 2 else MapConfig(method="umap", limit=LIMIT)


def views_of(run: Run, name: str) -> list[dict[str, Any]]:
    """Traverse, Map and Interpolate of a run, of a VQ-VAE its codebook; `name` where there are several."""
    codes = library.latents(run)
    if is_codebook(run):
        props = codebook_props(run, codes, codes.mu[0].tolist(), 0) | {"originals": True}
        return [{"title": f"Codebook {name}".strip(), "component": "codebook", "props": props}]
    label = 0 if codes.labels is None else int(codes.labels[0])
    condition = condition_of(run, codes, 0)
    others = np.flatnonzero(np.arange(len(codes)) > 0 if codes.labels is None else codes.labels != label)
    ends = [keyframe(str(row), codes) for row in (0, *others[:1])]
    shared = {"originals": True, "condition": condition}
    views = {
        "Traverse": (
            "traversal",
            traversal_props(run, codes, codes.mu[0].tolist(), 0, REACH, condition) | {"rates": rates_props(run)},
        ),
        "Map": ("map", map_props(run, codes, best_map(codes), condition=condition)),
        "Interpolate": ("interpolate", interpolation_props(run, codes, ends, "linear", 0.5, condition)),
    }
    return [
        {"title": f"{title} {name}".strip(), "component": component, "props": props | shared}
        for title, (component, props) in views.items()
        if props is not None
    ]


def comparison(runs: Sequence[Run], names: dict[str, str]) -> list[dict[str, Any]]:
    """The same move in all runs, where they are of the same images."""
    if not comparable(runs):
        return []
    return [{"title": "Compare", "component": "compare", "props": comparison_props(runs, names, 0, 0, {}, REACH)}]


def numbers(runs: Sequence[Run]) -> dict[str, Any]:
    """The table of the Compare page, as texts."""
    frame = table(runs)

    def text(value: object) -> str:
        if isinstance(value, str):
            return value
        return "–" if value is None or pd.isna(value) else f"{float(value):.4g}"  # type: ignore[arg-type]

    return {
        "columns": ["Run", *frame.columns],
        "rows": [
            [str(name), *map(text, row)] for name, row in zip(frame.index, frame.itertuples(index=False), strict=True)
        ],
        "note": "On the whole test split; ELBO, distortion and rate in nats per image, row or user.",
    }
