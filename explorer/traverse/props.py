"""Props of the traversal and codebook components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from vae_core.analysis import Latents, latents_file
from vae_core.analysis.scores.responses import information_in_view
from vae_core.metrics.coded import MetricError
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

from .. import library
from ..access.modes import allowed
from ..live.map_props import flat_map, map_props
from ..live.props import about, dimensions, moment_props


def traversal_props(
    run: Run, codes: Latents, z: Sequence[float], row: int | None, reach: float, condition: float | None = None
) -> dict[str, Any]:
    """For traversal.js: sliders in order of their dimensions' rates, and the small map beside the image.

    z: the code; row: of the test image that has it; reach: standard deviations to either side; condition: class or β.
    """
    return sliders_props(run, codes, z, row, reach) | {
        "condition": condition,
        "originals": not library.why_no_originals(run),
        "moments": moment_props(run),
        "classNames": list(codes.class_names),
        "mayName": allowed("name", run.path),
        "map": map_props(run, codes, flat_map(codes), mini=True),
        "factors": factors_props(run, codes),
    }


def sliders_props(run: Run, codes: Latents, z: Sequence[float], row: int | None, reach: float) -> dict[str, Any]:
    """For every component with a slider per dimension: the code in view, and how far each slider goes."""
    centre, deviation = codes.spread()
    file = latents_file(run)
    return (
        about(run)
        | dimensions(codes)
        | {
            "z": list(z),
            "row": row,
            "reach": reach,
            "centre": centre.tolist(),
            "deviation": deviation.tolist(),
            "prior": codes.standard and (codes.rate is not None or codes.drawn),
            "images": len(codes),
            "codes": file.name if file.exists() else None,
        }
    )


def factors_props(run: Run, codes: Latents) -> dict[str, Any] | None:
    """Information of each dimension about each ground-truth factor; None without factors, or with too few images."""
    try:
        share, names, where = information_in_view(run, codes)
    except MetricError:
        return None
    return {"names": [name.replace("_", " ") for name in names], "share": share.round(4).tolist(), "where": where}


def codebook_props(run: Run, codes: Latents, z: Sequence[float], row: int | None) -> dict[str, Any]:
    """For codebook.js: the codebook, how often the test images use each entry, and the small map."""
    model, file = library.model_of(run), latents_file(run)
    assert isinstance(model, VQVAE)
    indices = model.nearest(torch.from_numpy(codes.mu)).flatten()
    return about(run) | {
        "side": model.side,
        "codebook": model.words.detach().tolist(),
        "counts": torch.bincount(indices, minlength=len(model.words)).tolist(),
        "z": list(z),
        "row": row,
        "images": len(codes),
        "codes": file.name if file.exists() else None,
        "originals": not library.why_no_originals(run),
        "map": map_props(run, codes, flat_map(codes), mini=True),
    }
