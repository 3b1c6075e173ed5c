"""What a run draws under: the class of a conditional model, the β of one that is told β."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from vae_core.analysis import Latents, at_nearest, beta_steps
from vae_core.models import family
from vae_core.runs import Run

from ..state import session


def at_current_beta(run: Run) -> Run:
    """The run at the β in view, if it is told one."""
    return at_nearest(run, _number(session().view.get("beta", "1")))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return value if math.isfinite(value) and value > 0 else 1.0


def class_in_view(run: Run, codes: Latents, row: int | None = None) -> int | None:
    """The class that a conditional run draws: the chosen one, else that of the test image `row`; None for other runs."""
    if not family(run.config.family).conditional:
        return None
    kept = session().view.get("class", "")
    if kept.isdecimal() and int(kept) < run.config.model.classes:
        return int(kept)
    return 0 if row is None or codes.labels is None or row >= len(codes) else int(codes.labels[row])


def condition(run: Run, label: int | None) -> float | None:
    """What the live service is told: the β in view, or the class."""
    return label if run.requested_beta is None else run.requested_beta


def set_condition(run: Run, value: object) -> None:
    """Remember what was chosen in the browser."""
    if not isinstance(value, int | float) or value < 0:
        return
    if run.config.model.betas:
        session().keep("beta", None if value == 1 else f"{value:g}")
    elif family(run.config.family).conditional:
        session().keep("class", str(int(value)))


def condition_field(run: Run, codes: Latents, row: int | None = None) -> int | None:
    """A widget for the class or β, where there is one to choose; returns the class."""
    if run.config.model.betas:
        steps = beta_steps(*run.config.model.betas)
        _field(
            run, st.select_slider, "β", steps, run.requested_beta, width=420, format_func=lambda beta: f"{beta:g}",
            help="This model is told β: codes and images are those of this β.",
        )  # fmt: skip
    label = class_in_view(run, codes, row)
    if label is not None:
        names = codes.class_names
        _field(
            run, st.selectbox, "Class", range(run.config.model.classes), label, width=150, help="This model is told which class to draw.",
            format_func=lambda label: names[label] if label < len(names) else str(label),
        )  # fmt: skip
    return label


def _field(run: Run, widget: Callable[..., Any], label: str, options: Any, value: Any, **settings: Any) -> None:
    key = f"condition.{run.id}"
    st.session_state[key] = value
    widget(label, options, key=key, on_change=lambda: set_condition(run, st.session_state[key]), **settings)
