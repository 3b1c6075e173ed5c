"""Draws from the prior, or from a density fitted to codes."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vae_core.analysis import Latents, draw
from vae_core.glossary import meaning
from vae_core.runs import Run

from .. import library
from .densities import chosen_density, qualities
from .downloads import download_buttons
from .nearest import show

COUNTS = (12, 24, 48, 96)


def samples(run: Run, codes: Latents) -> None:
    """Draws of codes: from the prior at a temperature if it is standard, of a class if the model is conditional."""
    model = library.model_of(run)
    columns = st.columns([2, 3, 3, 2, 2] if model.conditional else [2, 3, 3, 2], vertical_alignment="bottom")
    count = columns[0].selectbox("Images", COUNTS, index=1, key="generate.count")
    density = chosen_density(run, columns[1])
    temperature = 1.0
    if density is not None:
        columns[2].caption("A fitted density has no temperature.")
    elif model.standard_prior:
        temperature = columns[2].slider(
            "Temperature", 0.0, 2.0, 1.0, 0.05, key="generate.temperature", help=meaning("Temperature")
        )
    else:
        columns[2].caption("The prior of this family is learned, so it has no temperature.")
    label = None
    if model.conditional:
        names = ["Each in turn", *(codes.class_names or map(str, range(run.config.model.classes)))]
        indices = list(range(len(names)))
        index = columns[3].selectbox("Class", indices, format_func=names.__getitem__, key="generate.class")
        label = None if index == 0 else index - 1
    seed = seed_of("generate.seed", columns[-1])
    show(run, draw(model, count, temperature, label, seed, density), "New images")
    qualities(run)
    download_buttons(lambda number: draw(model, number, temperature, label, seed, density), run, "samples")


def seed_of(key: str, column: DeltaGenerator) -> int:
    """The seed in session state under `key`, and in `column` a button for the next one."""
    st.session_state.setdefault(key, 0)

    def next_seed() -> None:
        st.session_state[key] += 1

    with column:
        st.button(f"Draw again (seed {st.session_state[key]})", icon=":material/casino:", on_click=next_seed, key=f"{key}.next")  # fmt: skip
    return int(st.session_state[key])
