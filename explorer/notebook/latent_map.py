"""The map of the test images."""

from __future__ import annotations

from collections.abc import Iterable

from traitlets import CFloat, CInt, List, TraitError, Unicode, validate
from traitlets.utils.bunch import Bunch

from vae_core.analysis import LIMIT, MapConfig
from vae_core.config import BetascopeError, ConfigError
from vae_core.runs import Run

from .. import library
from ..live.map_props import map_props
from ..take_away.contents import condition_of
from .component import ORIGINALS, Component, checked_code, checked_row
from .files import opened


class LatentMap(Component):
    """The map of the test images. picks: rows of picked ones; z: the code that was clicked last, or None; colour: by what."""

    picks = List(CInt()).tag(sync=True)
    z = List(CFloat(), allow_none=True, default_value=None).tag(sync=True)
    colour = Unicode().tag(sync=True)

    def __init__(self, run: Run, config: MapConfig, colour: str | None, picks: Iterable[int]) -> None:
        self._codes = library.latents(run)
        rows = [checked_row(row, self._codes) for row in picks]
        condition = condition_of(run, self._codes, 0)
        props = map_props(run, self._codes, config, colour=colour, picks=rows, condition=condition)
        if props is None:
            raise BetascopeError(f"The cache of the run {run.path.name!r} is not writable, so there is no map.")
        self._colours = [option["name"] for option in props["colourings"]]
        if colour is not None and colour not in self._colours:
            raise ConfigError(self._no_colour(colour))
        super().__init__("map", [run], [config], props=props | ORIGINALS, picks=rows, z=None, colour=props["colour"])

    def _no_colour(self, colour: str) -> str:
        return f"colour is {colour!r}; it can be {', '.join(self._colours)}."

    @validate("colour")
    def _check_colour(self, proposal: Bunch) -> str:
        if proposal["value"] not in self._colours:
            raise TraitError(self._no_colour(proposal["value"]))
        return str(proposal["value"])

    @validate("picks")
    def _check_picks(self, proposal: Bunch) -> list[int]:
        return [checked_row(row, self._codes) for row in proposal["value"]]

    @validate("z")
    def _check_code(self, proposal: Bunch) -> list[float] | None:
        return proposal["value"] and checked_code(proposal["value"], self._codes.dims)


def latent_map(
    run: Run | str, method: str = "umap", colour: str | None = None, picks: Iterable[int] = (), limit: int = LIMIT
) -> LatentMap:
    """The map of the first `limit` test images; it is laid out now where it is not cached.

    method: "umap", "tsne", "pca", or "plane" of a model with two dimensions; colour: "label", a factor, "z3", …

    Raises:
        BetascopeError: as `traverse`, or the method or colour does not exist for these codes.
    """
    return LatentMap(opened(run), MapConfig(method=method, limit=limit), colour, picks)
