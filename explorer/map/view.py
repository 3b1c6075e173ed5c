"""The map of a run in the form that this browser can show, and its caption."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import LIMIT, PROJECTIONS, MapConfig, map_of
from vae_core.runs import Run

from .histories import ITEMS, history_map
from .live import live_map
from .plain import about_between, plain_map, space_map
from .rows import row_map


def view(run: Run, config: MapConfig) -> None:
    """The map with its caption."""
    if run.config.data_kind == "table":
        row_map(run, config)
    elif run.config.data_kind == "history":
        if history_map(run, config) == ITEMS:
            st.caption(
                "t-SNE of the decoder's weights of each item: near each other are those that the same users want."
            )
            return
    elif config.dims == 3:
        space_map(run, config)
    elif not live_map(run, config):
        plain_map(run, config)
    count = len(map_of(run, config if config.dims == 2 else config.replace(limit=min(config.limit, LIMIT))))
    title = PROJECTIONS[config.method].title
    hint = f" Pick {run.config.item}s on the flat map." if config.dims == 3 else ""
    between = about_between(config) if run.config.data_kind == "images" else None
    st.caption(f"{title} of the posterior means of {count:,} test {run.config.item}s.{hint}", help=between)
