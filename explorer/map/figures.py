"""Maps → plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..figures.colourings import Colouring
from ..figures.style import COLOURS

#: Cyclic beyond ten classes.
SYMBOLS = ("circle", "diamond", "square", "x", "cross")


def map_figure(
    points: NDArray,
    colouring: Colouring,
    picked: Sequence[int] = (),
    height: int = 620,
    texts: Sequence[str] = (),
    item: str = "image",
) -> go.Figure:
    """Points `(N, 2)` in their colours; `customdata` holds the row of each, `picked` rows are ringed, `texts` are under the pointer."""
    figure = go.Figure()
    values = colouring.values[: len(points)]
    size = float(np.clip(500 / np.sqrt(len(points)), 3, 9))
    rows = np.arange(len(points))
    if colouring.names:
        for index, name in enumerate(colouring.names):
            members = rows[values == index]
            if len(members):
                symbol = SYMBOLS[index // len(COLOURS) % len(SYMBOLS)]
                marker = {"size": size, "color": COLOURS[index % len(COLOURS)], "symbol": symbol, "opacity": 0.8}
                _add_points(figure, points, members, name, marker, texts, item)
    else:
        marker = {"size": size, "color": values, "colorscale": "Viridis", "colorbar": _bar(colouring), "opacity": 0.85}
        _add_points(figure, points, rows, "", marker, texts, item)
    shown = [row for row in picked if 0 <= row < len(points)]
    if shown:
        ring = {"size": size + 8, "color": "rgba(0,0,0,0)", "line": {"width": 2.5, "color": "#EB5757"}}
        figure.add_scatter(
            x=points[shown, 0], y=points[shown, 1], mode="markers", marker=ring, showlegend=False, hoverinfo="skip"
        )
    return plain_axes(figure, height)


def space_figure(
    points: NDArray,
    colouring: Colouring,
    picked: Sequence[int] = (),
    height: int = 620,
    texts: Sequence[str] = (),
    item: str = "image",
) -> go.Figure:
    """Points `(N, 3)` in their colours, which a drag rotates; `picked` rows are ringed, `texts` are under the pointer."""
    figure = go.Figure()
    values, rows = colouring.values[: len(points)], np.arange(len(points))
    groups: list[tuple[str, NDArray, dict[str, Any]]] = [
        (name, rows[values == index], {"color": COLOURS[index % len(COLOURS)]})
        for index, name in enumerate(colouring.names)
    ]
    for name, members, marker in groups or [
        ("", rows, {"color": values, "colorscale": "Viridis", "colorbar": _bar(colouring)})
    ]:
        if len(members):
            x, y, z = points[members].T
            figure.add_scatter3d(
                x=x, y=y, z=z, mode="markers", name=name, showlegend=bool(name), customdata=members,
                marker={"size": 2.5, "opacity": 0.85, **marker}, **_under_pointer(members, "", texts, item),
            )  # fmt: skip
    shown = [row for row in picked if 0 <= row < len(points)]
    if shown:
        x, y, z = points[shown].T
        ring = {"size": 9, "color": "rgba(0,0,0,0)", "line": {"width": 3, "color": "#EB5757"}}
        figure.add_scatter3d(x=x, y=y, z=z, mode="markers", marker=ring, showlegend=False, hoverinfo="skip")
    bare = {"showticklabels": False, "title": {"text": ""}, "showbackground": False, "showspikes": False}
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 8, "b": 8}, legend={"itemsizing": "constant"},
        scene={"xaxis": bare, "yaxis": bare, "zaxis": bare, "aspectmode": "data"}, uirevision="constant",
    )  # fmt: skip
    return figure


def _bar(colouring: Colouring) -> dict[str, Any]:
    """The scale of a colouring by numbers."""
    return {"thickness": 10, "title": {"text": f"{colouring.title} {colouring.unit}".strip()}, "outlinewidth": 0}


def _under_pointer(rows: NDArray, name: str, texts: Sequence[str], item: str) -> dict[str, Any]:
    """What the pointer shows of the points of these rows: their texts, else which test images they are."""
    if texts:
        return {
            "text": [texts[row] for row in rows],
            "hovertemplate": f"test {item} %{{customdata}}<br>%{{text}}<extra></extra>",
        }
    return {"hovertemplate": f"test {item} %{{customdata}}{' · ' + name if name else ''}<extra></extra>"}


def _add_points(
    figure: go.Figure, points: NDArray, rows: NDArray, name: str, marker: dict, texts: Sequence[str], item: str
) -> None:
    figure.add_scatter(
        x=points[rows, 0],
        y=points[rows, 1],
        customdata=rows,
        mode="markers",
        marker=marker,
        name=name,
        showlegend=bool(name),
        **_under_pointer(rows, name, texts, item),
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.25}},
    )


def plain_axes(figure: go.Figure, height: int) -> go.Figure:
    """No ticks, equal scales: only neighbourhoods have a meaning on a map."""
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode="lasso",
        uirevision="constant",
        legend={"itemsizing": "constant", "orientation": "h", "y": -0.03, "x": 0},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure
