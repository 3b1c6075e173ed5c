"""Draws from the prior."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vae_core.analysis import Latents, draw
from vae_core.runs import Run

from .. import library
from ..shell.controls import valid_choice
from .downloads import take_away
from .nearest import show

COUNTS = (12, 24, 48, 96)


def samples(run: Run, codes: Latents) -> None:
    """Draws from the prior, at a temperature, of a class where the model knows classes."""
    model = library.model_of(run)
    columns = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
    count = columns[0].selectbox("Images", COUNTS, index=1, key="generate.count")
    temperature = 1.0
    if model.standard_prior:
        temperature = columns[1].slider("Temperature", 0.0, 2.0, 1.0, 0.05, key="generate.temperature", help="σ of the draw: below 1 nearer to the mean code, clearer and more alike")  # fmt: skip
    else:
        columns[1].caption("The prior of this family is learnt: it has no temperature.")
    label = None
    if model.conditional:
        names = ["Each in turn", *(codes.class_names or map(str, range(run.config.model.classes)))]
        places = list(range(len(names)))
        key = valid_choice("generate.class", places)
        place = columns[2].selectbox("Class", places, format_func=names.__getitem__, key=key)
        label = None if place == 0 else place - 1
    seed = seed_of("generate.seed", columns[3])
    show(run, draw(model, count, temperature, label, seed), "New images")
    take_away(lambda wanted: draw(model, wanted, temperature, label, seed), run, "samples")


def seed_of(key: str, place: DeltaGenerator) -> int:
    """The seed of a draw, and a button for the next one."""
    st.session_state.setdefault(key, 0)

    def next_one() -> None:
        st.session_state[key] += 1

    with place:
        st.button(f"Draw again (seed {st.session_state[key]})", icon=":material/casino:", on_click=next_one, key=f"{key}.next")  # fmt: skip
    return int(st.session_state[key])
