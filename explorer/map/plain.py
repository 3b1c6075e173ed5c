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
    """What a chart shows: no more points than it can bear, in the colours that are chosen here."""
    known = colourings(library.latents(run))
    colour = linked(st.selectbox, "Colour", list(known), "colour", f"map.colour.{run.id}")
    return map_of(run, config.replace(limit=min(config.limit, LIMIT))), known[colour]


def plain_map(run: Run, config: MapConfig) -> None:
    """The map of a browser without WebGL."""
    event = st.plotly_chart(
        map_figure(*charted(run, config), session().picked()), on_select="rerun", selection_mode=("points", "box", "lasso"),
        key=f"map.figure.{run.id}.{config.method}", config={"scrollZoom": True, "displaylogo": False}, alt="Map of the codes",
    )  # fmt: skip
    chosen = [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point]
    if chosen:
        session().pick(run.id, chosen)
        st.session_state["map.picked"] = (run.id, chosen)


def space_map(run: Run, config: MapConfig) -> None:
    """A map of three dimensions."""
    st.plotly_chart(
        space_figure(*charted(run, config), session().picked()), key=f"map.space.{run.id}.{config.method}",
        config={"displaylogo": False}, alt="Map of the codes in three dimensions",
    )  # fmt: skip


def about_between(config: MapConfig) -> str:
    """How the empty space of this map is decoded."""
    if config.dims == 3:
        return "Pick images on the flat map; picks are ringed here."
    if config.method == "plane":
        return "Every place is a code: what the decoder draws there is exact."
    if config.method == "pca":
        return "Between points, the code in the plane of the two main directions is decoded."
    return "Between points, the mean code of the 8 nearest images is decoded (weights 1/distance²): approximate, and fading far from data."
