"""The first card: a model that plays by itself, and leads into Traverse at the very place that it shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from vae_core.analysis import ANCHOR, at_nearest, strips
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..images.files import png_address
from ..images.sheets import to_pixels
from ..navigation import go
from ..runs.actions import explore
from ..state import session
from .cards import describe
from .pictures import Strip

#: Images from one end of a dimension to the other.
FRAMES = 41


def featured(run: Run, found: list[Strip]) -> None:
    """The card of a run with these strips."""
    with st.container(border=True, key="card-featured"), st.container(key="stack-featured"):
        left, right = st.columns([5, 3], gap="large", vertical_alignment="center")
        with left:
            event = mount("featured", "home.featured", props(run, found), on_go_change=lambda: None)
        with right:
            st.subheader(run.config.name, anchor=False)
            notes = run.notes()
            if notes.about:
                st.markdown(notes.about)
            st.caption(describe(run, notes))
            if st.button("Drag its dimensions", key=f"explore.{run.id}", type="primary", icon=":material/tune:"):
                explore(run)
    if place := place_of(event.get("go"), run, found):
        session().run = run.id
        session().set_code(run.id, place)
        go("traverse")


def props(run: Run, found: list[Strip]) -> dict[str, Any]:
    """For featured.js: a sheet with a row of images for each of these dimensions."""
    code = library.latents(at_nearest(run)).mu[ANCHOR]
    rows = [
        {"dim": strip.dim, "title": strip.title(), "detail": strip.detail(), "start": _place(strip, code[strip.dim])}
        for strip in found
    ]
    dims = tuple(strip.dim for strip in found)
    return {
        "name": run.config.name,
        "shape": list(run.config.model.shape),
        "sheet": _sheet(at_nearest(run), dims, run.weights_version()),
        "frames": FRAMES,
        "rows": rows,
    }


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=library.BY_PATH)
def _sheet(run: Run, dims: tuple[int, ...], version: int) -> str:
    """A PNG address: a row for each dimension, `FRAMES` images wide, without gaps."""
    images = strips(run, library.latents(run), dims, FRAMES)
    return png_address(np.concatenate([np.concatenate([to_pixels(image) for image in row], axis=1) for row in images]))


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
