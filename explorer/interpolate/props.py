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
    run: Run, codes: Latents, keyframes: Sequence[Keyframe], mode: str, at: float, condition: float | None = None
) -> dict[str, Any]:
    """For interpolate.js: the keyframes, the way and position 0 to 1 of interpolation, and the map it is drawn on."""
    return about(run) | {
        "keyframes": keyframe_props(keyframes),
        "mode": mode,
        "at": at,
        "condition": condition,
        "originals": not library.why_no_originals(run),
        "map": map_props(run, codes, flat_map(codes), mini=True),
    }


def keyframe_props(keyframes: Sequence[Keyframe]) -> list[dict[str, Any]]:
    """Keyframes as the component takes them."""
    return [{"text": one.text, "title": one.title, "z": one.z.tolist(), "row": one.row} for one in keyframes]
