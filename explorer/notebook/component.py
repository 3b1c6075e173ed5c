"""What all widgets share: a component of the app whose props and states are traits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import anywidget
from traitlets import Dict, TraitError, Unicode

from vae_core.analysis import Latents, MapConfig
from vae_core.config import ConfigError
from vae_core.runs import Run
from vae_core.serving import MAX_CODE

from ..state import valid_code
from .bundle import module, style
from .files import given

#: Test images can be shown: some as they are, others as their codes decode.
ORIGINALS = {"originals": True}


class Component(anywidget.AnyWidget):
    """A component of the app. component: its name; props, contents, files: what it is given; states: names
    that it has for the traits that the browser may change, and those of the traits.
    """

    _esm = module()
    _css = style()
    component = Unicode().tag(sync=True)
    props = Dict().tag(sync=True)
    contents = Dict().tag(sync=True)
    files = Dict().tag(sync=True)
    states = Dict().tag(sync=True)

    def __init__(self, component: str, runs: Sequence[Run], maps: Sequence[MapConfig] = (), **traits: Any) -> None:
        """runs: as of `opened`; maps: those that are shown besides the flat one; traits: props, and states at first."""
        contents, files = given(runs, maps)
        states = {self._as_prop(name): name for name in traits if name != "props"}
        super().__init__(component=component, contents=contents, files=files, states=states, **traits)

    def _as_prop(self, trait: str) -> str:
        return trait


def checked_row(row: int, codes: Latents) -> int:
    if not 0 <= row < len(codes):
        raise ConfigError(f"There is no test image {row}; there are 0 to {len(codes) - 1}.")
    return int(row)


def checked_code(z: Sequence[float], dims: int) -> list[float]:
    code = valid_code(list(z), dims)
    if code is None:
        raise TraitError(f"z has {len(z)} numbers; this model takes {dims}, finite and within ±{MAX_CODE:,.0f}.")
    return code


def rounded(z: Iterable[float]) -> list[float]:
    """As the browser reports codes: with four decimals."""
    return [round(float(value), 4) for value in z]
