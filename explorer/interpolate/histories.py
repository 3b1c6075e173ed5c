"""A path between users: what is recommended at each step."""

from __future__ import annotations

import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import INTERPOLATIONS, walk
from vae_core.runs import Run

from ..histories.items import history_data, lists_frame, probabilities
from ..shell.controls import linked

STEPS = 7


def item_path(run: Run, places: Tensor) -> None:
    """The path through the codes `(K, D)` as a table: a column of first items for each step, and a download."""
    history_data(run)
    mode = linked(st.segmented_control, "Path", list(INTERPOLATIONS), "path", f"interpolate.path.{run.id}", required=True, format_func=str.capitalize)  # fmt: skip
    scores = probabilities(run, walk(places, torch.linspace(0, 1, STEPS), mode))
    frame = lists_frame(run, scores, [f"{step / (STEPS - 1):.0%}" for step in range(STEPS)])
    st.dataframe(frame, key="interpolate.items")
    st.caption("The items of highest probability at each step, from the first keyframe to the last.")
    st.download_button(
        "CSV", frame.to_csv(), f"{run.id.replace('/', '-')}-path.csv", "text/csv", icon=":material/download:",
        key="interpolate.items_csv", on_click="ignore",
    )  # fmt: skip
