"""Rates and distortions of several runs → plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .style import COLOURS, GRID, quiet


def rate_distortion_figure(
    names: Sequence[str],
    rates: Sequence[float],
    distortions: Sequence[float],
    tracks: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
) -> go.Figure:
    """One dot per run over lines of equal ELBO (rate + distortion constant), in nats per image or row.

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
    figure.update_xaxes(title_text="rate (nats)", range=[0, top], gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title_text="distortion (nats)", range=[low - pad, max(distortions) + 2 * pad], gridcolor=GRID)
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
