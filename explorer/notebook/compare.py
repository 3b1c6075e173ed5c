"""The same move in several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import CFloat, Dict, List, observe, validate
from traitlets.utils.bunch import Bunch

from vae_core.config import ConfigError
from vae_core.runs import Run

from .. import library
from ..compare.props import comparison_props
from ..runs.names import labels
from ..take_away.contents import comparable
from .component import Component, checked_code, checked_row, rounded
from .files import opened


class Compare(Component):
    """The same move in several runs. z: the code in the reference run `(D,)`; move: how far each of its dimensions is from the
    image's code, where it is.
    """

    z = List(CFloat()).tag(sync=True)
    move: Any = Dict().tag(
        sync=True,
        to_json=lambda move, _: {str(dim): amount for dim, amount in move.items()},
        from_json=lambda text, _: {int(part.split(":")[0]): float(part.split(":")[1]) for part in text.split(",") if part},
    )  # fmt: skip

    def __init__(
        self, runs: Sequence[Run], titles: Mapping[str, str], image: int, reference: int, reach: float
    ) -> None:
        props = comparison_props(runs, titles, reference, image, {}, reach)
        self._start = props["runs"][reference]["z"]
        super().__init__("compare", runs, props=props, z=rounded(self._start), move={})

    @validate("z")
    def _check_code(self, proposal: Bunch) -> list[float]:
        return checked_code(proposal["value"], len(self._start))

    @observe("move")
    def _moved(self, change: Bunch) -> None:
        self.z = rounded([value + change["new"].get(dim, 0.0) for dim, value in enumerate(self._start)])

    @observe("z")
    def _went(self, change: Bunch) -> None:
        distances = [value - start for value, start in zip(change["new"], self._start, strict=True)]
        move = {dim: round(distance, 3) for dim, distance in enumerate(distances) if abs(distance) > 1e-3}
        if any(abs(move.get(dim, 0.0) - self.move.get(dim, 0.0)) > 1e-3 for dim in {*move, *self.move}):
            self.move = move


def compare(runs: Sequence[Run | str], image: int = 0, reference: int = 0, reach: float = 3.0) -> Compare:
    """One drag makes the same move in all runs, which are of the same images. reference: the one whose sliders are shown.

    Raises:
        BetascopeError: as `traverse`, or the runs do not compare.
    """
    found = [opened(run) for run in runs]
    if not found:
        raise ConfigError("runs is empty; compare at least one.")
    if not comparable(found):
        raise ConfigError("These runs are not of the same images, or have codebooks; compare runs of one data set.")
    if not 0 <= reference < len(found):
        raise ConfigError(f"reference is {reference}; it can be 0 to {len(found) - 1}.")
    titles = labels(found, lambda run: run.config.name)
    return Compare(found, titles, checked_row(image, library.latents(found[reference], [image])), reference, reach)
