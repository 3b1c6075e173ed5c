"""Traverse of a run on histories: sliders, and the items that they recommend; a history of one's own moves them."""

from __future__ import annotations

from typing import Any

import streamlit as st
import torch

from vae_core.analysis import Latents
from vae_core.datasets import HistoryData
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..histories.items import history_data, item_names
from ..state import session
from .position import REACHES, current_code, remember
from .rows import sliders_props

#: Items that can be ticked: more, and the browser's list gets slow. Files have popular ones first.
OFFERED = 5000


def recommendations(run: Run, codes: Latents) -> None:
    """Items to tick, a slider per latent dimension, and what is recommended, which follows both."""
    history_data(run)
    z, row = current_code(run, codes)
    text = session().view.get("reach", "3")
    key = f"traverse.items.{run.id}"

    def changed() -> None:
        remember(run, key, codes.dims)

    ticked = own_history(run)
    z, row = current_code(run, codes)
    props = items_props(run, codes, z, row, float(text) if text in REACHES else 3.0, ticked)
    event = mount("rows", key, props, on_z_change=changed, on_reach_change=changed, on_gone_change=lambda: None)
    if event.get("gone"):
        st.rerun()


def own_history(run: Run) -> list[int]:
    """The items that a person ticked; whenever they change, the sliders go to the code of this history."""
    names = item_names(run)[:OFFERED]

    def encode() -> None:
        if items := st.session_state[key]:
            history = torch.zeros(1, run.config.model.shape[0])
            history[0, items] = 1
            with torch.no_grad():
                session().set_code(run.id, library.model_of(run).embed(history)[0].tolist(), None)

    key = f"traverse.ticked.{run.id}"
    return st.multiselect(
        "A history of your own", range(len(names)), format_func=names.__getitem__, key=key, on_change=encode,
        placeholder="Tick items: the sliders go to their code",
        help="What is ticked is encoded, and left out of what is recommended. Sliders start from there.",
    )  # fmt: skip


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
    return sliders_props(run, codes, z, row, reach) | {
        "columns": [],
        "original": None,
        "items": list(item_names(run)),
        "history": history,
    }
