"""Scores of images, ROC and noise → plotly figures; no st calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from vae_core.analysis import NoiseSweep, Roc

from ..figures.style import COLOURS, GRID, ink, quiet

Values = NDArray[np.float64]


def distortion_figure(distortion: NDArray[np.float32]) -> go.Figure:
    """A histogram of the test images' distortions `(N,)` in nats."""
    figure = go.Figure(go.Histogram(x=distortion, nbinsx=60, marker={"color": COLOURS[0]}))
    figure.update_xaxes(title_text="distortion at z = μ (nats per image)", gridcolor=GRID)
    figure.update_yaxes(title_text="test images", gridcolor=GRID)
    return quiet(figure, 280)


def scores_figure(normal: Values, anomalous: Values | None, threshold: float, title: str, items: str = "images") -> go.Figure:  # fmt: skip
    """Histograms of both in percent; the top half percent of all scores is cut off."""
    figure = go.Figure()
    scores = normal if anomalous is None else np.concatenate([normal, anomalous])
    bins = {"start": float(scores.min()), "end": float(np.percentile(scores, 99.5)), "size": float(np.percentile(scores, 99.5) - scores.min()) / 60 or 1.0}  # fmt: skip
    for name, values, colour in (("normal", normal, COLOURS[0]), ("anomalous", anomalous, COLOURS[3])):
        if values is not None:
            figure.add_histogram(x=values, name=name, xbins=bins, histnorm="percent", opacity=0.65, marker={"color": colour})  # fmt: skip
    figure.add_vline(x=threshold, line={"dash": "dash", "width": 1.5, "color": "#7F8C9B"})
    figure.update_xaxes(title_text=title, gridcolor=GRID)
    figure.update_yaxes(title_text=f"% of {items}", gridcolor=GRID)
    figure.update_layout(barmode="overlay", legend={"orientation": "h", "y": 1.12})
    return quiet(figure, 320, top=24)


def roc_figure(curve: Roc, false_alarms: float) -> go.Figure:
    """The ROC, the line of chance, and the threshold in use, at the rate `false_alarms`."""
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": GRID.replace("0.25", "0.8")}, hoverinfo="skip", showlegend=False)  # fmt: skip
    figure.add_scatter(x=curve.fpr, y=curve.tpr, mode="lines", line={"color": COLOURS[0], "width": 2}, fill="tozeroy", fillcolor="rgba(76, 111, 255, 0.10)", showlegend=False, hovertemplate="false alarms %{x:.1%}, caught %{y:.1%}<extra></extra>")  # fmt: skip
    figure.add_scatter(x=[false_alarms], y=[curve.true_positive_rate], mode="markers", marker={"size": 11, "color": COLOURS[1]}, showlegend=False, hovertemplate="the threshold in use<extra></extra>")  # fmt: skip
    figure.update_xaxes(title_text="false alarms", tickformat=".0%", gridcolor=GRID, zeroline=False, range=[0, 1])
    figure.update_yaxes(title_text="caught", tickformat=".0%", gridcolor=GRID, zeroline=False, range=[0, 1.02])
    return quiet(figure, 320, top=24)


def confusion_figure(labels: NDArray[np.int64], predicted: NDArray[np.int64], names: Sequence[str]) -> go.Figure:
    """How many images of each class (rows) were predicted to be of each (columns); only errors are coloured.

    labels, predicted: class indices `(N,)`.
    """
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    errors = np.where(np.eye(len(names), dtype=bool), 0, counts)
    text = np.where(counts > 0, counts.astype(str), "") if len(names) <= 20 else None
    figure = go.Figure(
        go.Heatmap(
            z=errors, x=list(names), y=list(names), text=text, texttemplate="%{text}", textfont={"color": ink()}, customdata=counts, showscale=False,
            colorscale=[[0, "rgba(127, 139, 155, 0.08)"], [1, COLOURS[3]]], xgap=2, ygap=2,
            hovertemplate="%{customdata} of class %{y} predicted as %{x}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title_text="predicted", type="category", showgrid=False)
    figure.update_yaxes(title_text="class", type="category", autorange="reversed", showgrid=False)
    return quiet(figure, 400)


def noise_figure(sweep: NoiseSweep) -> go.Figure:
    """Error to the clean image, and movement of codes, over the σ of the noise."""
    figure = make_subplots(1, 2, subplot_titles=["MSE to the clean image", "How far codes move"], horizontal_spacing=0.1)  # fmt: skip
    levels = sweep.levels
    figure.add_scatter(x=levels, y=sweep.mse, name="reconstruction", line={"color": COLOURS[0], "width": 2}, row=1, col=1)  # fmt: skip
    figure.add_scatter(x=levels, y=sweep.noisy_mse, name="noisy image", line={"color": COLOURS[8], "width": 2, "dash": "dot"}, row=1, col=1)  # fmt: skip
    figure.add_scatter(
        x=levels, y=sweep.code_shift, line={"color": COLOURS[1], "width": 2}, showlegend=False, row=1, col=2
    )
    figure.update_xaxes(title_text="σ of the noise", gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, rangemode="tozero")
    figure.update_layout(legend={"orientation": "h", "y": -0.25})
    return quiet(figure, 320, top=44)
