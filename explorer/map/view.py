"""The map of a run in the form that this browser can show, and its caption."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import LIMIT, PROJECTIONS, MapConfig, map_of
from vae_core.runs import Run

from .live import live_map
from .plain import about_between, plain_map, space_map


def view(run: Run, config: MapConfig) -> None:
    """The map with its caption."""
    if config.dims == 3:
        space_map(run, config)
    elif not live_map(run, config):
        plain_map(run, config)
    count = len(map_of(run, config if config.dims == 2 else config.replace(limit=min(config.limit, LIMIT))))
    title = PROJECTIONS[config.method].title
    hint = " Pick images on the flat map." if config.dims == 3 else ""
    st.caption(f"{title} of the posterior means of {count:,} test images.{hint}", help=about_between(config))
