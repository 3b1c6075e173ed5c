"""What a run draws under: the class of a conditional model."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Latents
from vae_core.models import family
from vae_core.runs import Run

from .state import session


def class_in_view(run: Run, codes: Latents, row: int | None = None) -> int | None:
    """The class that a conditional run draws: the chosen one, else that of the test image `row`; None for other runs."""
    if not family(run.config.family).conditional:
        return None
    kept = session().view.get("class", "")
    if kept.isdecimal() and int(kept) < run.config.model.classes:
        return int(kept)
    return 0 if row is None or codes.labels is None or row >= len(codes) else int(codes.labels[row])


def keep_class(value: object) -> None:
    """Remember the class that was chosen in the browser."""
    if isinstance(value, int | float) and value >= 0:
        session().keep("class", str(int(value)))


def class_field(run: Run, codes: Latents, row: int | None = None) -> int | None:
    """A select box for the class, where there is one to choose."""
    chosen = class_in_view(run, codes, row)
    if chosen is None:
        return None
    key = f"class.{run.id}"
    st.session_state[key] = chosen
    names = codes.class_names
    st.selectbox(
        "Class", range(run.config.model.classes), key=key, width=150, on_change=lambda: keep_class(st.session_state[key]),
        format_func=lambda label: names[label] if label < len(names) else str(label),
        help="This model is told which class to draw.",
    )  # fmt: skip
    return chosen
