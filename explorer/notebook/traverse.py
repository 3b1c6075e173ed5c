"""Sliders for each dimension."""

from __future__ import annotations

import warnings

import numpy as np
from traitlets import CFloat, CInt, Dict, List, TraitError, observe, validate
from traitlets.utils.bunch import Bunch

from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.runs.notes import rename

from .. import library
from ..live.props import rates_props
from ..take_away.contents import condition_of, is_codebook
from ..traverse.props import codebook_props, traversal_props
from .component import ORIGINALS, Component, checked_code, checked_row, rounded
from .files import opened

REACHES = (2.0, 3.0, 4.0, 6.0)


class Traverse(Component):
    """Sliders for each dimension, of a VQ-VAE its codebook.

    z: the code `(D,)`; row: the test image that it is of, or None; condition: class or β of a model that takes one; reach:
    standard deviations that sliders span to either side; names: of dimensions, written beside the run.
    """

    z = List(CFloat()).tag(sync=True)
    row = CInt(None, allow_none=True).tag(sync=True)
    condition = CFloat(None, allow_none=True).tag(sync=True)
    reach = CFloat(3.0).tag(sync=True)
    names = Dict().tag(
        sync=True,
        to_json=lambda names, _: {str(dim): name for dim, name in names.items()},
        from_json=lambda names, _: {int(dim): str(name) for dim, name in names.items()},
    )

    def __init__(self, run: Run, row: int, reach: float) -> None:
        self._run, self._codes = run, library.latents(run)
        row = checked_row(row, self._codes)
        z = rounded(self._codes.mu[row])
        if is_codebook(run):
            super().__init__("codebook", [run], props=codebook_props(run, self._codes, z, row), z=z, row=row)
            return
        condition = condition_of(run, self._codes, row)
        props = traversal_props(run, self._codes, z, row, reach, condition) | {"rates": rates_props(run)}
        names = dict(self._codes.names)
        super().__init__(
            "traversal", [run], props=props | ORIGINALS, z=z, row=row, condition=condition, reach=reach, names=names
        )

    @validate("z")
    def _check_code(self, proposal: Bunch) -> list[float]:
        return checked_code(proposal["value"], self._codes.dims)

    @validate("row")
    def _check_row(self, proposal: Bunch) -> int | None:
        return proposal["value"] if proposal["value"] is None else checked_row(proposal["value"], self._codes)

    @validate("reach")
    def _check_reach(self, proposal: Bunch) -> float:
        if proposal["value"] not in REACHES:
            raise TraitError(f"reach is {proposal['value']}; it can be {', '.join(f'{reach:g}' for reach in REACHES)}.")
        return float(proposal["value"])

    @observe("row")
    def _go_to_image(self, change: Bunch) -> None:
        if change["new"] is not None and not np.allclose(self.z, self._codes.mu[change["new"]], atol=1e-3):
            self.z = rounded(self._codes.mu[change["new"]])

    @observe("z")
    def _leave_image(self, change: Bunch) -> None:
        if self.row is not None and not np.allclose(change["new"], self._codes.mu[self.row], atol=1e-3):
            self.row = None

    @observe("names")
    def _write_names(self, change: Bunch) -> None:
        try:
            rename(self._run.path, change["new"])
        except BetascopeError as error:
            warnings.warn(str(error), stacklevel=2)


def traverse(run: Run | str, row: int = 0, reach: float = 3.0) -> Traverse:
    """Sliders for each dimension of `run` (or of the run of this id), from the code of a test image.

    Raises:
        BetascopeError: there is no such run or image, it has no weights yet, or cannot be exported.
    """
    return Traverse(opened(run), row, reach)
