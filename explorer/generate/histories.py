"""New users: codes drawn from the prior, and what is recommended to each."""

from __future__ import annotations

import streamlit as st
import torch

from vae_core.analysis import Latents
from vae_core.glossary import meaning
from vae_core.runs import Run

from .. import library
from ..histories.items import history_data, lists_frame, probabilities

COUNT = 8


def new_users(run: Run, codes: Latents) -> None:
    """A column of first items for each draw."""
    history_data(run)
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    seed = left.number_input("Seed", 0, 2**31, 0, key="generate.users_seed")
    temperature = right.slider(
        "Temperature", 0.0, 2.0, 1.0, 0.05, key="generate.users_temperature", help=meaning("Temperature")
    )
    with torch.no_grad():
        z = temperature * library.model_of(run).prior_sample(COUNT, torch.Generator().manual_seed(int(seed)))
    frame = lists_frame(run, probabilities(run, z), [f"user {place + 1}" for place in range(COUNT)])
    st.dataframe(frame, key="generate.users")
    st.caption("Users drawn from the prior, each with the items of highest probability.")
    st.download_button(
        "CSV", frame.to_csv(), f"{run.id.replace('/', '-')}-users.csv", "text/csv", icon=":material/download:",
        key="generate.users_csv", on_click="ignore",
    )  # fmt: skip
