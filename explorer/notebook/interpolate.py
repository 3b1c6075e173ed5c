"""A path between images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from traitlets import CFloat, List, TraitError, Unicode, observe, validate
from traitlets.utils.bunch import Bunch

from vae_core.analysis import INTERPOLATIONS, keyframe, walk
from vae_core.config import ConfigError
from vae_core.runs import Run

from .. import library
from ..interpolate.props import interpolation_props, keyframe_props
from ..take_away.contents import condition_of, is_codebook
from .component import ORIGINALS, Component, rounded
from .files import opened


class Interpolate(Component):
    """A path between images. keyframes: as in the app ("12", "m7" for a class mean, "3-m1+8"); at: the place on it, 0 to 1;
    mode: "linear" or "spherical"; z: the code there, to read; condition: class or β; frames: the keyframes with their codes.
    """

    keyframes = List(Unicode()).tag(sync=True)
    frames: List[Any] = List().tag(sync=True)
    at = CFloat(0.5).tag(sync=True)
    mode = Unicode("linear").tag(sync=True)
    z = List(CFloat()).tag(sync=True)
    condition = CFloat(None, allow_none=True).tag(sync=True)

    def __init__(self, run: Run, keys: Sequence[str], mode: str, at: float) -> None:
        self._codes = library.latents(run)
        found = [keyframe(key, self._codes) for key in keys]
        condition = condition_of(run, self._codes, found[0].row or 0)
        props = interpolation_props(run, self._codes, found, mode, at, condition)
        frames = props["keyframes"]
        super().__init__(
            "interpolate", [run], props=props | ORIGINALS, keyframes=[one.text for one in found], frames=frames, at=at,
            mode=mode, z=_along(frames, at, mode), condition=condition,
        )  # fmt: skip

    def _as_prop(self, trait: str) -> str:
        return {"keyframes": "keys", "frames": "keyframes"}.get(trait, trait)

    @validate("keyframes")
    def _check_keyframes(self, proposal: Bunch) -> list[str]:
        if not proposal["value"]:
            raise TraitError("keyframes is empty; a path goes through one keyframe at least.")
        try:
            return [keyframe(key, self._codes).text for key in proposal["value"]]
        except ConfigError as error:
            raise TraitError(str(error)) from error

    @validate("mode")
    def _check_mode(self, proposal: Bunch) -> str:
        if proposal["value"] not in INTERPOLATIONS:
            raise TraitError(f"mode is {proposal['value']!r}; it can be {', '.join(INTERPOLATIONS)}.")
        return str(proposal["value"])

    @validate("at")
    def _check_place(self, proposal: Bunch) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise TraitError(f"at is {proposal['value']}; it can be 0 to 1.")
        return float(proposal["value"])

    @observe("keyframes")
    def _find_keyframes(self, change: Bunch) -> None:
        self.frames = keyframe_props([keyframe(key, self._codes) for key in change["new"]])

    @observe("frames", "at", "mode")
    def _find_code(self, change: Bunch) -> None:
        self.z = _along(self.frames, self.at, self.mode)


def interpolate(
    run: Run | str, rows: Sequence[int | str] = (0, 1), mode: str = "linear", at: float = 0.5
) -> Interpolate:
    """A path between test images, class means ("m7") or sums ("3-m1+8").

    Raises:
        BetascopeError: as `traverse`, or a keyframe that does not exist, or codes between which there is no line.
    """
    found = opened(run)
    if is_codebook(found):
        raise ConfigError(f"The codes of {found.path.name!r} are entries of a codebook; between them there is no line.")
    if not rows:
        raise ConfigError("rows is empty; a path goes through one keyframe at least.")
    return Interpolate(found, [str(row) for row in rows], mode, at)


def _along(keyframes: Sequence[Mapping[str, Any]], at: float, mode: str) -> list[float]:
    codes = torch.from_numpy(np.array([keyframe["z"] for keyframe in keyframes], np.float64))
    return rounded(walk(codes, torch.tensor([at], dtype=torch.float64), mode)[0].tolist())
