"""Stage mode and the tour that plays, on every page: keys, and a bar with caption and place in the tour."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae_core.config import BetascopeError

from ..components import mount, state_value
from ..navigation import ENTRIES
from ..state import session
from .playing import end, keep, number_in_view, on_stage, open_view, say, set_stage, tour_in_view

KEY = "frame.stage"
STYLE = Path(__file__).with_name("stage.css")


def stage(page: str, run: str) -> None:
    """Mount the component. page: in view, by name. run: the name of the run in view, or ""."""
    st.html(STYLE)
    try:
        tour = tour_in_view()
    except BetascopeError as error:
        st.error(str(error), icon=":material/slideshow:")
        session().set_view("tour", None)
        tour = None
    about = " · ".join(filter(None, [ENTRIES[page].title, run]))

    def stage_changed() -> None:
        set_stage(_pressed("stage") is True)

    def number_changed() -> None:
        number = _pressed("n")
        if not isinstance(number, int) or tour is None or number == number_in_view(tour):
            return
        if 1 <= number <= len(tour.views):
            open_view(tour, number)
        else:
            end()

    props = {
        "stage": on_stage(),
        "tour": session().view.get("tour", ""),
        "title": tour.title if tour else "",
        "captions": [view.caption for view in tour.views] if tour else [],
        "n": number_in_view(tour),
        "page": page,
        "about": about,
    }
    with st.container(key="stage-bar"):
        mount(
            "stage", KEY, props, on_stage_change=stage_changed, on_n_change=number_changed,
            on_keep_change=lambda: keep(page, about),
        )  # fmt: skip
    say()


def _pressed(name: str) -> object:
    """What was requested in the browser: stage mode on or off, the number of a view; unchecked."""
    value = state_value(KEY, name)
    return value.get("to") if isinstance(value, dict) else None
