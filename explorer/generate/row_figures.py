"""Real and new rows → plotly figures; no st calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots
from torch import Tensor

from vae_core.datasets.tables import Schema

from ..figures.style import COLOURS, DIVERGING, GRID, quiet
from ..tables.frames import for_plotly

BINS = 30


def marginal_figure(schema: Schema, real: Tensor, new: Tensor, place: int) -> go.Figure:
    """Shares of the values of one column among real and new rows, in percent."""
    column, figure = schema.columns[place], go.Figure()
    for name, rows, colour in (("training rows", real, COLOURS[0]), ("new rows", new, COLOURS[1])):
        values = rows[:, place]
        values = values[~values.isnan()]
        if column.categories:
            shares = np.bincount(values.long().numpy(), minlength=column.cardinality) / max(1, len(values))
            figure.add_bar(x=[for_plotly(text) for text in column.categories], y=100 * shares, name=name, marker={"color": colour})  # fmt: skip
        else:
            own = column.mean + column.std * values.double().numpy()
            low, high = (column.mean + column.std * edge for edge in (-4, 4))
            heights, edges = np.histogram(np.clip(own, low, high), BINS, (low, high))
            centres = (edges[1:] + edges[:-1]) / 2
            x = np.exp(centres) if column.kind == "positive" else centres
            texts = np.array(centres * 86_400_000, dtype="datetime64[ms]").astype(str) if column.kind == "date" else x
            figure.add_scatter(
                x=texts, y=100 * heights / max(1, len(own)), name=name, mode="lines", fill="tozeroy",
                line={"color": colour, "width": 2, "shape": "hvh"},
            )  # fmt: skip
    if column.kind == "positive":
        figure.update_xaxes(type="log")
    elif column.categories:
        figure.update_xaxes(type="category")
    figure.update_xaxes(title_text=for_plotly(column.name), gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title_text="% of rows", gridcolor=GRID, rangemode="tozero")
    figure.update_layout(barmode="group", legend={"orientation": "h", "y": 1.12})
    return quiet(figure, 360, top=24)


def correlations_figure(names: Sequence[str], real: NDArray[np.float64], new: NDArray[np.float64]) -> go.Figure:
    """Pearson's r among real and among new rows, side by side."""
    count, texts = len(names), [for_plotly(name) for name in names]
    figure = make_subplots(1, 2, subplot_titles=["Training rows", "New rows"], horizontal_spacing=0.03, shared_yaxes=True)  # fmt: skip
    for place, matrix in enumerate((real, new), start=1):
        figure.add_heatmap(
            z=matrix[:count, :count], x=texts, y=texts, colorscale=DIVERGING, zmin=-1, zmax=1, xgap=1, ygap=1, showscale=place == 2,
            colorbar={"thickness": 10, "title": {"text": "r"}, "outlinewidth": 0}, row=1, col=place,
            hovertemplate="%{y} and %{x}: r = %{z:.2f}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(showgrid=False, tickangle=-45)
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return quiet(figure, max(320, 140 + 20 * count), top=32)
