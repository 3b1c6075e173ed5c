"""Maps as plotly charts: in three dimensions, and where the browser has no WebGL."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae_core.analysis import LIMIT, MapConfig, map_of
from vae_core.runs import Run

from .. import library
from ..figures.colourings import Colouring, colourings
from ..shell.controls import linked
from ..state import session
from .figures import map_figure, space_figure


def charted(run: Run, config: MapConfig) -> tuple[NDArray[np.float32], Colouring]:
    """At most `LIMIT` points of the map `(N, 2 or 3)`, and the colouring chosen in a widget."""
    options = colourings(library.latents(run))
    colour = linked(st.selectbox, "Colour", list(options), "colour", f"map.colour.{run.id}")
    return map_of(run, config.replace(limit=min(config.limit, LIMIT))), options[colour]


def plain_map(run: Run, config: MapConfig) -> None:
    """The map as a chart, for browsers without WebGL."""
    event = st.plotly_chart(
        map_figure(*charted(run, config), session().picked()), on_select="rerun", selection_mode=("points", "box", "lasso"),
        key=f"map.figure.{run.id}.{config.method}", config={"scrollZoom": True, "displaylogo": False}, alt="Map of the codes",
    )  # fmt: skip
    rows = [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point]
    if rows:
        session().pick(run.id, rows)
        st.session_state["map.picked"] = (run.id, rows)


def space_map(run: Run, config: MapConfig) -> None:
    """A map in three dimensions, as a chart."""
    st.plotly_chart(
        space_figure(*charted(run, config), session().picked()), key=f"map.space.{run.id}.{config.method}",
        config={"displaylogo": False}, alt="Map of the codes in three dimensions",
    )  # fmt: skip


def about_between(config: MapConfig) -> str:
    """How places between the points of this map are decoded."""
    if config.dims == 3:
        return "Picked images are ringed."
    if config.method == "plane":
        return "Every place of the plane is a code, so the image decoded there is exact."
    if config.method == "pca":
        return "Between points, the code in the plane of the first two principal components is decoded."
    return "Between points, the mean code of the 8 nearest images is decoded (weights 1/distance²): an approximation, which fades far from data."
