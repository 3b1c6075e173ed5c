"""Props of the interpolation component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vae_core.analysis import Keyframe, Latents
from vae_core.runs import Run

from .. import library
from ..live.map_props import flat_map, map_props
from ..live.props import about


def interpolation_props(
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
        "map": map_props(run, codes, flat_map(codes), mini=True),
    }
