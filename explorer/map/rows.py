"""The map of a run on a table: rows under the pointer, coloured by any column, picked as a table."""

from __future__ import annotations

import streamlit as st
from numpy.typing import NDArray

from vae_core.analysis import LIMIT, MapConfig, map_of
from vae_core.runs import Run

from .. import library
from ..figures.colourings import Colouring
from ..shell.controls import linked
from ..state import session
from ..tables.colourings import row_colourings, rows_of, texts_of
from ..tables.frames import frame_of, number_format, schema_of
from .figures import map_figure, space_figure


def row_map(run: Run, config: MapConfig) -> None:
    """The map as a chart, flat or in three dimensions."""
    codes = library.latents(run)
    options = row_colourings(run, codes)
    colour = linked(st.selectbox, "Colour", list(options), "colour", f"map.colour.{run.id}")
    points = map_of(run, config.replace(limit=min(config.limit, LIMIT)))
    chart(run, config, points, options[colour], texts_of(schema_of(run), rows_of(run, codes)[: len(points)]))


def chart(run: Run, config: MapConfig, points: NDArray, colouring: Colouring, texts: list[str]) -> None:
    """Points `(N, 2)` or `(N, 3)` with a text for each under the pointer; on a flat map they can be picked."""
    picked, item = session().picked(), run.config.item
    if config.dims == 3:
        st.plotly_chart(space_figure(points, colouring, picked, texts=texts, item=item), key=f"map.space.{run.id}.{config.method}", config={"displaylogo": False}, alt="Map of the codes in three dimensions")  # fmt: skip
        return
    event = st.plotly_chart(
        map_figure(points, colouring, picked, texts=texts, item=item), on_select="rerun", selection_mode=("points", "box", "lasso"),
        key=f"map.rows.{run.id}.{config.method}", config={"scrollZoom": True, "displaylogo": False}, alt="Map of the codes",
    )  # fmt: skip
    rows = [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point]
    if rows and rows != st.session_state.get("map.picked", (None, []))[1]:
        session().pick(run.id, rows)
        st.session_state["map.picked"] = (run.id, rows)


def picked_table(run: Run, rows: list[int]) -> None:
    """The picked rows, and below them the rows that their codes decode to."""
    schema, codes = schema_of(run), library.latents(run, rows)
    for title, values in (
        ("In the data", rows_of(run, codes)[rows]),
        ("As decoded", library.decoded_rows(run, codes.mu[rows])),
    ):
        st.caption(title)
        frame = frame_of(schema, values)
        frame.index = rows
        st.dataframe(frame.T if len(rows) == 1 else frame, key=f"map.{title}", column_config=None if len(rows) == 1 else number_format(schema))  # fmt: skip
