"""Traverse of a run on histories: sliders, and the items that they recommend; a history of one's own moves them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.analysis import Latents
from vae_core.datasets import HistoryData
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..histories.items import history_data, item_names
from ..histories.own import own_history
from .position import current_code, current_reach, remember
from .rows import list_props


def recommendations(run: Run, codes: Latents) -> None:
    """Items to tick, a slider per latent dimension, and what is recommended, which follows both."""
    history_data(run)
    key = f"traverse.items.{run.id}"

    def changed() -> None:
        remember(run, key, codes.dims)

    ticked = own_history(run)
    z, row = current_code(run, codes)
    props = items_props(run, codes, z, row, current_reach(), ticked)
    event = mount("rows", key, props, on_z_change=changed, on_reach_change=changed, on_gone_change=lambda: None)
    if event.get("gone"):
        st.rerun()


def items_props(
    run: Run, codes: Latents, z: list[float], row: int | None, reach: float, ticked: list[int]
) -> dict[str, Any]:
    """For rows.js: the sliders, the names of the items, and those that the user in view had."""
    data, _ = library.test_data(run)
    if ticked and row is None:
        history = ticked
    elif row is not None and isinstance(data, HistoryData):
        history = data.test.items[row].nonzero()[:, 0].tolist()
    else:
        history = []
    return list_props(run, codes, z, row, reach) | {
        "columns": [],
        "original": None,
        "items": list(item_names(run)),
        "history": history,
    }
