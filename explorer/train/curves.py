"""Evaluations of runs → plotly figures; no st calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..figures.style import COLOURS, GRID

#: More dimensions than this are drawn as a heat map, fewer as lines.
MAX_LINES = 12
Record = Mapping[str, Any]


def loss_curves(histories: Mapping[str, Sequence[Record]]) -> go.Figure:
    """−ELBO, distortion and rate over the epochs, one line per run; distortion alone where none has a prior."""
    terms = {"−ELBO": _negative_elbo, "Distortion": _distortion, "Rate": _rate}
    known = [record for records in histories.values() for record in records]
    if known and all(record.get("elbo") is None for record in known):
        terms = {"Distortion": _distortion}
    figure = make_subplots(1, len(terms), subplot_titles=list(terms), horizontal_spacing=0.09)
    for column, term in enumerate(terms.values(), start=1):
        for index, (name, records) in enumerate(histories.items()):
            points = [(record["epoch"], value) for record in records if (value := term(record)) is not None]
            figure.add_scatter(
                x=[x for x, _ in points],
                y=[y for _, y in points],
                name=name,
                legendgroup=name,
                showlegend=column == 1 and len(histories) > 1,
                mode="lines" if len(points) > 1 else "markers",
                cliponaxis=False,
                line={"color": COLOURS[index % len(COLOURS)], "width": 2},
                hovertemplate="%{y:.1f} nats at epoch %{x:.3g}",
                row=1,
                col=column,
            )
        figure.update_yaxes(
            range=settled_range([list(map(term, records)) for records in histories.values()]), col=column
        )
    figure.update_xaxes(rangemode="tozero")
    if not known:
        figure.update_xaxes(showticklabels=False)
        figure.update_yaxes(showticklabels=False)
    return _styled(figure, 235 if len(histories) > 1 else 200)


def settled_range(lines: Sequence[Sequence[float | None]]) -> list[float] | None:
    """Axis limits that leave out the untrained start of each line, which would flatten all the rest."""
    values = [value for line in lines for value in (line[1:] or line) if value is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    pad = max(0.06 * (high - low), 0.02 * abs(high), 0.1)
    return [low - pad, high + pad]


def rate_curves(records: Sequence[Record]) -> go.Figure | None:
    """The rate of each latent dimension over the epochs: lines, or a heat map of many; None without a prior."""
    measured = [record for record in records if record.get("rate_per_dim")]
    if not measured:
        return None
    epochs = [record["epoch"] for record in measured]
    dims = len(measured[0]["rate_per_dim"])
    figure = go.Figure()
    if dims > MAX_LINES:
        figure.add_heatmap(
            x=epochs,
            z=[[record["rate_per_dim"][dim] for record in measured] for dim in range(dims)],
            colorscale="Viridis",
            colorbar={"thickness": 10, "title": {"text": "nats"}},
            hovertemplate="dimension %{y}: %{z:.2f} nats at epoch %{x:.3g}<extra></extra>",
        )
        figure.update_yaxes(title_text="dimension", title_standoff=4)
    else:
        for dim in range(dims):
            figure.add_scatter(
                x=epochs,
                y=[record["rate_per_dim"][dim] for record in measured],
                name=f"dimension {dim}",
                mode="lines" if len(measured) > 1 else "markers",
                line={"color": COLOURS[dim % len(COLOURS)], "width": 1.75},
                hovertemplate="%{y:.2f} nats at epoch %{x:.3g}",
            )
        figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=False)
    return _styled(figure, 195, top=8)


def _negative_elbo(record: Record) -> float | None:
    return None if record.get("elbo") is None else -record["elbo"]


def _distortion(record: Record) -> float | None:
    return record.get("distortion")


def _rate(record: Record) -> float | None:
    return record.get("rate")


def _styled(figure: go.Figure, height: int, top: int = 30) -> go.Figure:
    """Layout without background; a constant `uirevision` preserves the zoom while new points arrive."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        uirevision="constant",
        hovermode="closest",
        legend={"orientation": "h", "y": -0.32, "x": 0},
    )
    figure.update_annotations(font_size=13)
    figure.update_xaxes(showgrid=False, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, automargin=True, nticks=5)
    return figure
