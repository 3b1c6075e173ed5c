"""What all charts share: colours, grid, margins."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

#: As `chartCategoricalColors` of the theme, so that a run keeps its colour across panels. Told apart with protanopia, deuteranopia and
#: tritanopia, too, and seen on both backgrounds (tests/explorer/test_colours.py).
COLOURS = (
    "#4C6FFF", "#F2994A", "#8BC298", "#F45314", "#8D47C2", "#1F7381", "#CD6CB4", "#52A1EC", "#858368", "#A34E0B",
)  # fmt: skip
GRID = "rgba(127, 139, 155, 0.25)"
#: A colour scale from blue over transparent grey to red.
DIVERGING = [[0, "#2F6BFF"], [0.5, "rgba(127, 139, 155, 0.15)"], [1, "#EB5757"]]
#: The `config` of `st.plotly_chart`.
PLAIN = {"displaylogo": False}


def ink() -> str:
    """The theme's colour of text, for transparent cells: plotly's own choice does not see the page's background through them."""
    return "#E8EBF4" if st.context.theme.type == "dark" else "#10141F"


def quiet(figure: go.Figure, height: int, top: int = 16) -> go.Figure:
    """The figure with a transparent background and narrow margins, `height` pixels high."""
    return figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
    )
