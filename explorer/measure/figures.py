"""Codes and factors → plotly figures: matrices, response curves, histograms, scores over β; no st calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from vae_core.analysis import Latents
from vae_core.analysis.scores.responses import Response

from ..figures.style import COLOURS, DIVERGING, GRID, ink, quiet

#: Standard deviations of the prior that a histogram spans, and its bars.
SPAN, BARS = 4.0, 48


def matrix_figure(
    matrix: NDArray[np.float64],
    order: Sequence[int],
    factors: Sequence[str],
    unit: str,
    title: Callable[[int], str] = "z{}".format,
) -> go.Figure:
    """Dimensions, in this order, against factors: `matrix (D, F)` as a heat map with its numbers; `title` of a dimension.

    `customdata` of a selected marker: dimension, index of the factor, value.
    """
    names, dims = [name.replace("_", " ") for name in factors], [title(dim) for dim in order]
    figure = go.Figure(
        go.Heatmap(
            z=matrix[list(order)], x=names, y=dims, colorscale="Viridis", zmin=0, xgap=2, ygap=2, hoverinfo="skip",
            texttemplate="%{z:.2f}" if len(order) <= 24 else None,
            colorbar={"thickness": 10, "title": {"text": unit}, "outlinewidth": 0},
        )
    )  # fmt: skip
    # A heat map sends no clicks; transparent markers on its cells do, and the chosen one is ringed.
    clear = "rgba(0, 0, 0, 0)"
    figure.add_scatter(
        x=names * len(dims), y=[dim for dim in dims for _ in names], mode="markers", showlegend=False,
        customdata=[[dim, index, matrix[dim, index]] for dim in order for index in range(len(names))],
        marker={"size": 24, "symbol": "square", "color": clear, "opacity": 1},
        selected={"marker": {"color": "rgba(235, 87, 87, 0.85)", "opacity": 1, "size": 9}}, unselected={"marker": {"color": clear, "opacity": 0}},
        hovertemplate="%{y} and %{x}: %{customdata[2]:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(hoverdistance=80, clickmode="event+select", dragmode=False)
    figure.update_xaxes(showgrid=False, side="top", range=[-0.5, len(names) - 0.5])
    figure.update_yaxes(showgrid=False, range=[len(dims) - 0.5, -0.5])
    return quiet(figure, 130 + 26 * len(order))


def correlation_figure(
    matrix: NDArray[np.float64], dims: Sequence[int], title: Callable[[int], str] = "z{}".format
) -> go.Figure:
    """Pearson's r of each pair of dimensions, `matrix (D, D)`, as a heat map."""
    names = [title(dim) for dim in dims]
    figure = go.Figure(
        go.Heatmap(
            z=matrix, x=names, y=names, colorscale=DIVERGING, zmin=-1, zmax=1, xgap=2, ygap=2,
            texttemplate="%{z:.2f}" if len(dims) <= 12 else None, textfont={"color": ink()}, colorbar={"thickness": 10, "title": {"text": "r"}, "outlinewidth": 0},
            hovertemplate="%{y} and %{x}: r = %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, side="top")
    figure.update_yaxes(autorange="reversed", showgrid=False, scaleanchor="x")
    return quiet(figure, 130 + 34 * len(dims))


def response_figure(
    curves: Sequence[Response], dims: Sequence[int], title: Callable[[int], str] = "z{}".format
) -> go.Figure:
    """A panel for each dimension (rows) and factor (columns): the mean code over the factor's values, ± 1 deviation."""
    figure = make_subplots(
        len(dims), len(curves), shared_yaxes=True, horizontal_spacing=0.015, vertical_spacing=0.28 / max(len(dims), 4),
        column_titles=[curve.factor.replace("_", " ") for curve in curves], row_titles=[title(dim) for dim in dims],
    )  # fmt: skip
    for row, dim in enumerate(dims, start=1):
        for column, curve in enumerate(curves, start=1):
            mean, deviation = curve.mean[:, dim], curve.deviation[:, dim]
            colour = COLOURS[(column - 1) % len(COLOURS)]
            x = curve.values
            figure.add_trace(band(x, mean - deviation, mean + deviation, colour), row=row, col=column)
            figure.add_scatter(
                x=x, y=mean, mode="lines+markers" if len(x) < 8 else "lines", line={"color": colour, "width": 2},
                hovertemplate=f"{curve.factor.replace('_', ' ')} %{{x}}: mean {title(dim)} %{{y:.2f}}<extra></extra>", row=row, col=column,
            )  # fmt: skip
    figure.update_xaxes(showgrid=False, showticklabels=False, zeroline=False)
    figure.update_xaxes(showticklabels=True, tickformat="d", nticks=5, row=len(dims))
    figure.update_yaxes(gridcolor=GRID, zeroline=False, nticks=3)
    figure.update_layout(showlegend=False)
    return quiet(figure, 90 + 96 * len(dims), top=36)


def band(x: Sequence[float] | NDArray, low: Sequence[float] | NDArray, high: Sequence[float] | NDArray, colour: str) -> go.Scatter:  # fmt: skip
    """The area from `low` to `high` over x, in a light shade of "#RRGGBB"."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return go.Scatter(
        x=[*x, *reversed(x)], y=[*high, *reversed(low)], fill="toself", fillcolor=f"rgba({red}, {green}, {blue}, 0.18)",
        line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def latent_figure(codes: Latents, dims: Sequence[int], seed: int = 0) -> go.Figure:
    """A histogram for each dimension of draws from q(z|x), one of each image, over the density of the prior."""
    columns = min(5, len(dims))
    rate = codes.weight_per_dim()
    unit = "nats" if codes.rate is not None else "variance"
    figure = make_subplots(
        ceil(len(dims) / columns), columns, shared_yaxes=True, horizontal_spacing=0.02, vertical_spacing=0.34 / max(2, ceil(len(dims) / columns)),
        subplot_titles=[f"{codes.title(dim)} · {rate[dim]:.2f} {unit}" for dim in dims],
    )  # fmt: skip
    centre, deviation = codes.spread()
    random, edges = np.random.RandomState(seed), np.linspace(-SPAN, SPAN, BARS + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    prior = np.exp(-0.5 * centres**2) / np.sqrt(2 * np.pi)
    tallest = [float(prior.max())]
    for index, dim in enumerate(dims):
        cell = {"row": index // columns + 1, "col": index % columns + 1}
        z = codes.mu[:, dim].astype(np.float64)
        if codes.sigma is not None:
            z = z + codes.sigma[:, dim] * random.standard_normal(len(z))
        density = np.histogram(np.clip((z - centre[dim]) / deviation[dim], -SPAN, SPAN), edges, density=True)[0]
        tallest.append(float(density.max()))
        figure.add_bar(
            x=centres, y=density, marker={"color": "#4C6FFF"}, opacity=0.75, hovertemplate=f"{codes.title(dim)} near %{{x:.1f}}: %{{y:.2f}}<extra></extra>", **cell,
        )  # fmt: skip
        figure.add_scatter(
            x=centres, y=prior, mode="lines", line={"color": "#F2994A", "width": 2}, hoverinfo="skip", **cell
        )
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-SPAN, SPAN])
    figure.update_yaxes(gridcolor=GRID, showticklabels=False, range=[0, 1.15 * max(tallest)])
    figure.update_annotations(font={"size": 12})
    figure.update_layout(showlegend=False, bargap=0)
    return quiet(figure, 60 + 150 * ceil(len(dims) / columns), top=30)


def over_beta(points: Mapping[str, Sequence[tuple[float, float]]], title: str) -> go.Figure:
    """Family → (β, value) of its runs: a line through the medians, a band from least to largest where there are seeds.

    A β with one seed is a hollow dot, as it is not a mean.
    """
    figure = go.Figure()
    for index, (family, pairs) in enumerate(points.items()):
        colour = COLOURS[index % len(COLOURS)]
        betas = sorted({beta for beta, _ in pairs})
        values = [np.array([value for other, value in pairs if other == beta]) for beta in betas]
        several = [len(values_at_beta) > 1 for values_at_beta in values]
        low, high = (
            [float(values_at_beta.min()) for values_at_beta in values],
            [float(values_at_beta.max()) for values_at_beta in values],
        )
        if any(several):
            figure.add_trace(band(betas, low, high, colour))
        figure.add_scatter(
            x=betas, y=[float(np.median(values_at_beta)) for values_at_beta in values], mode="lines+markers", name=family,
            line={"color": colour, "width": 2}, marker={"size": 10, "symbol": ["circle" if has_seeds else "circle-open" for has_seeds in several]},
            customdata=[f"{len(values_at_beta)} seeds" if has_seeds else "one seed" for values_at_beta, has_seeds in zip(values, several, strict=True)],
            hovertemplate=f"{family}, β = %{{x:g}}: %{{y:.3f}} (%{{customdata}})<extra></extra>",
        )  # fmt: skip
    all_betas = [beta for pairs in points.values() for beta, _ in pairs]
    figure.update_xaxes(
        title_text="β",
        type="log" if all_betas and min(all_betas) > 0 else "linear",
        gridcolor=GRID,
        zeroline=False,
        tickvals=sorted(set(all_betas)),
        ticktext=[f"{beta:g}" for beta in sorted(set(all_betas))],
    )
    figure.update_yaxes(title_text=title, gridcolor=GRID, zeroline=False)
    figure.update_layout(showlegend=len(points) > 1, legend={"orientation": "h", "y": 1.1})
    return quiet(figure, 380, top=30)


#: Of runs in the figure of scores: who cannot tell the colours apart tells the shapes.
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")


def scores_figure(points: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> go.Figure:
    """Run → score → value and the ends of its interval: a row for each score, with a dot and a bar for each run."""
    scores = list(dict.fromkeys(score for of_run in points.values() for score in of_run))
    figure = go.Figure()
    for index, (name, of_run) in enumerate(points.items()):
        shift = 0.5 * ((index + 0.5) / len(points) - 0.5)  # runs of one score lie below each other
        colour, values = COLOURS[index % len(COLOURS)], list(of_run.values())
        figure.add_scatter(
            x=[value for value, _, _ in values], y=[scores.index(score) + shift for score in of_run], mode="markers", name=name,
            error_x={"array": [high - value for value, _, high in values], "arrayminus": [value - low for value, low, _ in values], "thickness": 1.5, "width": 0, "color": colour},
            marker={"color": colour, "symbol": SYMBOLS[index % len(SYMBOLS)], "size": 9}, text=list(of_run), hovertemplate=f"{name}<br>%{{text}}: %{{x:.3f}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[0, 1.02], gridcolor=GRID, zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(len(scores))),
        ticktext=scores,
        range=[len(scores) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    figure.update_layout(legend={"orientation": "h", "y": -0.08, "yanchor": "top"})
    return quiet(figure, 120 + 38 * len(scores))
