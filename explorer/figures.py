"""Arrays → plotly figures of latent spaces; no st calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vae_core.analysis import Latents

from .curves import COLOURS, GRID

#: What charts are told of their tools.
PLAIN = {"displaylogo": False}
#: Cyclic beyond ten classes.
SYMBOLS = ("circle", "diamond", "square", "x", "cross")


@dataclass(frozen=True)
class Colouring:
    """What colours a map: `values` `(N,)`; `names` of the classes when they are classes, else a `unit`.

    source: how a component of the browser finds the values in the run's file of codes.
    """

    title: str
    values: NDArray
    source: str
    names: tuple[str, ...] = ()
    unit: str = ""


#: Dimensions that a map can be coloured by: those that carry most.
MOST_DIMENSIONS = 64


def colourings(codes: Latents) -> dict[str, Colouring]:
    """Everything a map of these codes can be coloured by: label, factors, rate, distortion, each dimension."""
    found: dict[str, Colouring] = {}
    if codes.labels is not None and codes.class_names:
        found["Label"] = Colouring("Label", codes.labels, "labels", codes.class_names)
    for column, name in enumerate(codes.factor_names):
        assert codes.factors is not None, "factor names come with factors"
        found[f"Factor: {name.replace('_', ' ')}"] = Colouring(
            name.replace("_", " "), codes.factors[:, column], f"factors:{column}"
        )
    if codes.rate is not None:
        found["Rate (KL)"] = Colouring("rate", codes.rate.sum(1), "rate", unit="nats")
    found["Distortion"] = Colouring("distortion", codes.distortion, "distortion", unit="nats")
    for dim in codes.order()[:MOST_DIMENSIONS]:
        found[f"z{dim}"] = Colouring(f"z{dim}", codes.mu[:, dim], f"z:{dim}")
    return found


def map_figure(points: NDArray, colouring: Colouring, picked: Sequence[int] = (), height: int = 620) -> go.Figure:
    """Points `(N, 2)` in their colours; `customdata` holds the row of each, `picked` rows are ringed."""
    figure = go.Figure()
    values = colouring.values[: len(points)]
    size = float(np.clip(500 / np.sqrt(len(points)), 3, 9))
    rows = np.arange(len(points))
    if colouring.names:
        for index, name in enumerate(colouring.names):
            chosen = rows[values == index]
            if len(chosen):
                symbol = SYMBOLS[index // len(COLOURS) % len(SYMBOLS)]
                marker = {"size": size, "color": COLOURS[index % len(COLOURS)], "symbol": symbol, "opacity": 0.8}
                _add_points(figure, points, chosen, name, marker)
    else:
        marker = {"size": size, "color": values, "colorscale": "Viridis", "colorbar": _bar(colouring), "opacity": 0.85}
        _add_points(figure, points, rows, "", marker)
    inside = [row for row in picked if 0 <= row < len(points)]
    if inside:
        ring = {"size": size + 8, "color": "rgba(0,0,0,0)", "line": {"width": 2.5, "color": "#EB5757"}}
        figure.add_scatter(
            x=points[inside, 0], y=points[inside, 1], mode="markers", marker=ring, showlegend=False, hoverinfo="skip"
        )
    return plain_axes(figure, height)


def space_figure(points: NDArray, colouring: Colouring, picked: Sequence[int] = (), height: int = 620) -> go.Figure:
    """Points `(N, 3)` in their colours, to be turned by hand; `picked` rows are ringed."""
    figure = go.Figure()
    values, rows = colouring.values[: len(points)], np.arange(len(points))
    groups = [
        (name, rows[values == index], {"color": COLOURS[index % len(COLOURS)]})
        for index, name in enumerate(colouring.names)
    ]
    for name, chosen, marker in groups or [
        ("", rows, {"color": values, "colorscale": "Viridis", "colorbar": _bar(colouring)})
    ]:
        if len(chosen):
            x, y, z = points[chosen].T
            figure.add_scatter3d(
                x=x, y=y, z=z, mode="markers", name=name, showlegend=bool(name), customdata=chosen,
                marker={"size": 2.5, "opacity": 0.85, **marker}, hovertemplate="test image %{customdata}<extra></extra>",
            )  # fmt: skip
    inside = [row for row in picked if 0 <= row < len(points)]
    if inside:
        x, y, z = points[inside].T
        ring = {"size": 9, "color": "rgba(0,0,0,0)", "line": {"width": 3, "color": "#EB5757"}}
        figure.add_scatter3d(x=x, y=y, z=z, mode="markers", marker=ring, showlegend=False, hoverinfo="skip")
    bare = {"showticklabels": False, "title": {"text": ""}, "showbackground": False, "showspikes": False}
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 8, "b": 8}, legend={"itemsizing": "constant"},
        scene={"xaxis": bare, "yaxis": bare, "zaxis": bare, "aspectmode": "data"}, uirevision="turned",
    )  # fmt: skip
    return figure


def _bar(colouring: Colouring) -> dict[str, Any]:
    """The scale of a colouring by numbers."""
    return {"thickness": 10, "title": {"text": f"{colouring.title} {colouring.unit}".strip()}, "outlinewidth": 0}


def _add_points(figure: go.Figure, points: NDArray, rows: NDArray, name: str, marker: dict) -> None:
    figure.add_scatter(
        x=points[rows, 0],
        y=points[rows, 1],
        customdata=rows,
        mode="markers",
        marker=marker,
        name=name,
        showlegend=bool(name),
        hovertemplate=f"test image %{{customdata}}{' · ' + name if name else ''}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.25}},
    )


def plain_axes(figure: go.Figure, height: int) -> go.Figure:
    """No ticks, equal scales: only neighbourhood means something on a map."""
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode="lasso",
        uirevision="kept",
        legend={"itemsizing": "constant", "orientation": "h", "y": -0.03, "x": 0},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure


def rate_distortion_figure(
    names: Sequence[str],
    rates: Sequence[float],
    distortions: Sequence[float],
    tracks: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
) -> go.Figure:
    """One dot per run over lines of equal ELBO (rate + distortion constant), in nats per image.

    tracks: rates and distortions of each run's evaluations while it was trained, drawn faintly.
    """
    figure = go.Figure()
    top = max(rates) * 1.25 + 1
    low, high = min(distortions), max(map(sum, zip(rates, distortions, strict=True)))
    for total in np.linspace(low, high, 6)[1:]:
        figure.add_scatter(
            x=[0, top], y=[total, total - top], mode="lines", line={"dash": "dot", "width": 1, "color": GRID.replace("0.25", "0.6")},
            showlegend=False, hovertemplate=f"−ELBO {total:.1f} nats<extra></extra>",
        )  # fmt: skip
    for index, track in enumerate(tracks):
        figure.add_scatter(
            x=track[0], y=track[1], mode="lines", line={"width": 1.5, "color": COLOURS[index % len(COLOURS)]}, opacity=0.35,
            showlegend=False, hovertemplate="while training: rate %{x:.2f}, distortion %{y:.2f}<extra></extra>",
        )  # fmt: skip
    for index, (name, rate, distortion) in enumerate(zip(names, rates, distortions, strict=True)):
        figure.add_scatter(
            x=[rate], y=[distortion], mode="markers+text", text=[name], textposition="top center", name=name, showlegend=False,
            marker={"size": 14, "color": COLOURS[index % len(COLOURS)]}, cliponaxis=False,
            hovertemplate=f"{name}<br>rate %{{x:.2f}} nats<br>distortion %{{y:.2f}} nats<extra></extra>",
        )  # fmt: skip
    pad = 0.12 * (max(distortions) - low) + 1
    figure.update_xaxes(title_text="rate (nats per image)", range=[0, top], gridcolor=GRID, zeroline=False)
    figure.update_yaxes(
        title_text="distortion (nats per image)", range=[low - pad, max(distortions) + 2 * pad], gridcolor=GRID
    )
    return quiet(figure, 380)


def rate_heatmap(names: Sequence[str], rates: Sequence[Sequence[float]]) -> go.Figure:
    """KL per dimension of each run, dimensions sorted within the run, in nats."""
    width = max(map(len, rates))
    table = [sorted(row, reverse=True) + [None] * (width - len(row)) for row in map(list, rates)]
    figure = go.Figure(
        go.Heatmap(
            z=table, y=list(names), x=[str(rank + 1) for rank in range(width)], colorscale="Viridis", zmin=0, xgap=2, ygap=2,
            colorbar={"thickness": 10, "title": {"text": "nats"}, "outlinewidth": 0},
            texttemplate="%{z:.2f}" if width <= 16 else None,
            hovertemplate="%{y}, rank %{x}: %{z:.3f} nats<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title_text="latent dimension, by rank of its KL within the run", showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return quiet(figure, 110 + 54 * len(names))


def quiet(figure: go.Figure, height: int, top: int = 16) -> go.Figure:
    """Nothing but the marks: no background, narrow margins."""
    return figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
    )
