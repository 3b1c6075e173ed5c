"""A path between rows of a table: the row at each step, what changes most on top."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import INTERPOLATIONS, Keyframe, walk
from vae_core.analysis.tables.synthetic import to_csv
from vae_core.datasets.tables import Schema
from vae_core.runs import Run

from .. import library
from ..figures.style import COLOURS, GRID, PLAIN, quiet
from ..navigation import go as go_to
from ..presses import pressed
from ..shell.controls import linked
from ..state import session
from ..tables.frames import for_plotly, plain, schema_of
from .path import current_position

#: Steps of the table and of the figure, and columns in the figure.
STEPS, FINE, DRAWN = 7, 41, 6


def row_path(run: Run, places: Tensor, keyframes: Sequence[Keyframe]) -> None:
    """The path through the codes of the keyframes `(K, D)`: a table of its steps, curves of what changes most, downloads."""
    schema = schema_of(run)
    mode = linked(st.segmented_control, "Path", list(INTERPOLATIONS), "path", f"interpolate.path.{run.id}", required=True, format_func=str.capitalize)  # fmt: skip
    along = lambda steps: walk(places, torch.linspace(0, 1, steps), mode)
    fine = library.decoded_rows(run, along(FINE))
    order = by_change(schema, fine)
    with st.container(key="stack-path"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        frame = steps_frame(schema, library.decoded_rows(run, along(STEPS)), order)
        st.dataframe(frame, key="interpolate.rows", hide_index=True)
        titles = " → ".join(plain(keyframe.title.replace("image ", "row ")) for keyframe in keyframes)
        st.caption(f"{titles}: decoded rows at {STEPS} steps of the path; what changes most is on top.")
    with right:
        numbers = [place for place in order if not schema.columns[place].categories][:DRAWN]
        if numbers:
            st.plotly_chart(path_figure(schema, fine, numbers), key="interpolate.figure", config=PLAIN, alt="Columns along the path")  # fmt: skip
            st.caption(f"The {len(numbers)} numbers that change most, in standard deviations of the training rows.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = st.slider("Position", 0.0, 1.0, current_position(), 0.01, key="interpolate.at", width=320)
        session().set_view("at", None if at == 0.5 else f"{at:g}")
        if pressed("Traverse from here", icon=":material/tune:", key="interpolate.traverse"):
            session().set_code(run.id, walk(places, torch.tensor([at]), mode)[0].tolist())
            go_to("traverse")
        st.download_button(
            "CSV", lambda: to_csv(schema, fine), f"{run.id.replace('/', '-')}-path.csv", "text/csv", icon=":material/download:",
            key="interpolate.csv", on_click="ignore",
        )  # fmt: skip


def by_change(schema: Schema, rows: Tensor) -> list[int]:
    """Columns by how far they move along rows `(n, W)`, furthest first: numbers in standard deviations, another category as 1."""
    amounts = [
        float((values != values[0]).any()) if column.categories else float(values.max() - values.min())
        for column, values in zip(schema.columns, rows.T, strict=True)
    ]
    return sorted(range(len(amounts)), key=lambda place: -amounts[place])


def steps_frame(schema: Schema, rows: Tensor, order: Sequence[int]) -> pd.DataFrame:
    """A row per column of the table, in this order, and a column per step."""
    texts = schema.texts(rows)
    steps = torch.linspace(0, 1, len(rows)).tolist()
    frame = {"Column": [schema.names[place] for place in order]}
    return pd.DataFrame(frame | {f"{step:.2f}": [texts[index][place] for place in order] for index, step in enumerate(steps)})  # fmt: skip


def path_figure(schema: Schema, rows: Tensor, places: Sequence[int]) -> go.Figure:
    """Standardised numbers along the path, a line per column."""
    figure = go.Figure()
    x = torch.linspace(0, 1, len(rows)).tolist()
    for index, place in enumerate(places):
        figure.add_scatter(
            x=x, y=rows[:, place].tolist(), mode="lines", name=for_plotly(schema.names[place]), line={"width": 2, "color": COLOURS[index % len(COLOURS)]},
            text=[texts[place] for texts in schema.texts(rows)], hovertemplate="%{text}",
        )  # fmt: skip
    figure.update_xaxes(title_text="position on the path", gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title_text="σ", gridcolor=GRID)
    figure.update_layout(legend={"orientation": "h", "y": -0.28})
    return quiet(figure, 360)
