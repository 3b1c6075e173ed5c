"""How well seeds agree → a plotly figure."""

from __future__ import annotations

import plotly.graph_objects as go

from vae_core.analysis import Reproducibility

from .style import quiet


def agreement_figure(found: Reproducibility) -> go.Figure:
    """The agreement of each pair of seeds as a heat map, with each seed's UDR beside its row; the highest in bold."""
    names = [f"seed {run.config.train.seed}" for run in found.runs]
    titles = [f"{name} · UDR {score:.3f}" for name, score in zip(names, found.udr, strict=True)]
    rows = [f"<b>{title}</b>" if run is found.picked else title for title, run in zip(titles, found.runs, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=found.agreement, x=names, y=rows, colorscale="Blues", zmin=0, zmax=1, xgap=2, ygap=2, hoverongaps=False,
            texttemplate="%{z:.2f}", colorbar={"thickness": 10, "title": {"text": "agreement"}, "outlinewidth": 0},
            hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, side="top")
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return quiet(figure, 90 + 34 * len(names), top=32)
