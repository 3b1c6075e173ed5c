"""A history of one's own: ticked items, and the code of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
import torch

from vae_core.runs import Run

from .. import library
from ..state import session
from .items import item_names

#: Items that can be ticked: more, and the browser's list gets slow. Files have popular ones first.
OFFERED = 5000
#: Most items of a history of one's own.
LARGEST = 200


def own_history(run: Run) -> list[int]:
    """The items that a person ticked; whenever they change, the sliders go to the code of this history."""
    names, key = item_names(run)[:OFFERED], key_of(run)
    return st.multiselect(
        "A history of your own", range(len(names)), format_func=names.__getitem__, key=key, max_selections=LARGEST,
        on_change=lambda: encode(run, st.session_state[key]), placeholder="Tick items: the sliders go to their code",
        help="What is ticked is encoded, and left out of what is recommended. Sliders start from there.",
        persist_state="session",
    )  # fmt: skip


def set_history(run: Run, items: Sequence[int]) -> None:
    """Tick these items, of another page than the one with the widget."""
    st.session_state[key_of(run)] = [item for item in items if item < OFFERED]
    encode(run, items)


def key_of(run: Run) -> str:
    """The widget's key."""
    return f"traverse.ticked.{run.id}"


def encode(run: Run, items: Sequence[int]) -> None:
    """The sliders go to the code of a history of these items, if there are any."""
    if not items:
        return
    history = torch.zeros(1, run.config.model.shape[0])
    history[0, list(items)] = 1
    with torch.no_grad():
        session().set_code(run.id, library.model_of(run).embed(history)[0].tolist(), None)
