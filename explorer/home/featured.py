"""The first card: a model that plays by itself, and leads into Traverse at the very place that it shows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.analysis import ANCHOR, at_nearest
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..navigation import go
from ..presses import pressed, remember, taken
from ..runs.actions import explore
from ..state import fresh_key, session
from .cards import describe
from .pictures import FRAMES, Strip

KEY = "home.featured"


def featured(run: Run, found: list[Strip], picture: str) -> None:
    """The card of a run with these strips, and the picture of them that plays."""
    with st.container(border=True, key="card-featured"), st.container(key="stack-featured"):
        left, right = st.columns([5, 3], gap="large", vertical_alignment="center")
        with left:
            mount("featured", KEY, props(run, found, picture), on_go_change=_clicked)
        with right:
            st.subheader(run.config.name, anchor=False)
            notes = run.notes()
            if notes.about:
                st.markdown(notes.about)
            st.caption(describe(run, notes))
            if pressed("Drag its dimensions", key=f"explore.{run.id}", type="primary", icon=":material/tune:"):
                explore(run)
    if place := place_of(taken(KEY), run, found):
        session().run = run.id
        session().set_code(run.id, place)
        go("traverse")


def _clicked() -> None:
    remember(KEY, st.session_state[fresh_key(KEY)]["go"])


def props(run: Run, found: list[Strip], picture: str) -> dict[str, Any]:
    """For featured.js."""
    code = library.latents(at_nearest(run)).mu[ANCHOR]
    rows = [
        {"dim": strip.dim, "title": strip.title(), "detail": strip.detail(), "start": _place(strip, code[strip.dim])}
        for strip in found
    ]
    return {
        "name": run.config.name,
        "shape": list(run.config.model.shape),
        "sheet": picture,
        "frames": FRAMES,
        "rows": rows,
    }


def _place(strip: Strip, value: float) -> float:
    """Where on its strip a value of the dimension is, 0 … 1; the middle of a dimension whose codes are all the same."""
    return float((value - strip.low) / (strip.high - strip.low)) if strip.high > strip.low else 0.5


def place_of(value: object, run: Run, found: list[Strip]) -> list[float] | None:
    """The code of the place that was clicked in the browser; None for anything else."""
    if not isinstance(value, dict):
        return None
    strip, place = next((strip for strip in found if strip.dim == value.get("dim")), None), value.get("place")
    if strip is None or not isinstance(place, int | float) or not 0 <= place <= 1:
        return None
    code = library.latents(at_nearest(run)).mu[ANCHOR].astype(float)
    code[strip.dim] = strip.low + place * (strip.high - strip.low)
    return list(map(float, code))
