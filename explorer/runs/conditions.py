"""What decoders are conditioned on: the class of a conditional model, or the β of a multi-rate model."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from vae_core.analysis import Latents, at_nearest, beta_steps
from vae_core.models import family
from vae_core.runs import Run

from ..showing import showing
from ..state import Session, session


def at_current_beta(run: Run, of: Session | None = None) -> Run:
    """The run at the β in view if its model is conditioned on β, else the run itself; of: another session than this one."""
    return at_nearest(run, _number((of or session()).view.get("beta", "1")))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return value if math.isfinite(value) and value > 0 else 1.0


def class_in_view(run: Run, codes: Latents, row: int | None = None, of: Session | None = None) -> int | None:
    """The class in view of a conditional run: the chosen one, else that of the test image `row`; None for other runs. of: another session
    than this one.
    """
    if not family(run.config.family).conditional:
        return None
    chosen = (of or session()).view.get("class", "")
    if chosen.isdecimal() and int(chosen) < run.config.model.classes:
        return int(chosen)
    return 0 if row is None or codes.labels is None or row >= len(codes) else int(codes.labels[row])


def condition(run: Run, label: int | None) -> float | None:
    """The condition of requests to the live service: the β in view, else the class `label`, which may be None."""
    return label if run.requested_beta is None else run.requested_beta


def set_condition(run: Run, value: object) -> None:
    """Put a class or β that was chosen in the browser into the link; other values are ignored."""
    if not isinstance(value, int | float) or value < 0:
        return
    if run.config.model.betas:
        session().set_view("beta", None if value == 1 else f"{value:g}")
    elif family(run.config.family).conditional:
        session().set_view("class", str(int(value)))


def condition_field(run: Run, codes: Latents, row: int | None = None) -> int | None:
    """A widget for the class or β of a conditional model; returns the class in view, None without classes."""
    if run.config.model.betas:
        steps = beta_steps(*run.config.model.betas)
        _field(
            run, st.select_slider, "β", steps, run.requested_beta, width=420, format_func=lambda beta: f"{beta:g}",
            help="The model is conditioned on β: codes and images are those of this β.",
        )  # fmt: skip
    label = class_in_view(run, codes, row)
    if label is not None:
        names = codes.class_names
        _field(
            run, st.selectbox, "Class", range(run.config.model.classes), label, width=150, help="The model is conditioned on the class: images are of this class.",
            format_func=lambda label: names[label] if label < len(names) else str(label),
        )  # fmt: skip
    return label


def _field(run: Run, widget: Callable[..., Any], label: str, options: Any, value: Any, **settings: Any) -> None:
    showing(
        widget, label, options, key=f"condition.{run.id}", value=value,
        changed=lambda chosen: set_condition(run, chosen), **settings,
    )  # fmt: skip
