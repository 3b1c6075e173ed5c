"""The tour in the link: its title, and its views with caption and place, each of which can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from vae_core.config import BetascopeError

from ..navigation import ENTRIES
from ..presses import pressed
from ..showing import showing
from ..stage.playing import open_view, play, tour_in_view
from ..stage.tours import LONGEST, Tour, View, checked, to_text
from ..state import session

INTRODUCTION = """
A tour is a list of views for a lecture, each with a caption that you can read aloud. Open any page, set it as you want to show it, and press
**Keep this view** in the sidebar, or the key K. What you have kept is listed here.
"""


def head() -> Tour:
    """The title of the tour in the link, and what plays it; returns the tour."""
    tour = tour_in_view() or Tour()
    if not tour.views:
        st.markdown(INTRODUCTION)
        return tour
    showing(
        st.text_input, "Title", key="tour.title", value=tour.title, changed=lambda title: _rename(tour, title),
        max_chars=LONGEST["title"],
    )  # fmt: skip
    with st.container(horizontal=True):
        if pressed("Play", key="tour.play", type="primary", icon=":material/play_arrow:"):
            play(session().view["tour"])
        st.button("New tour", key="tour.new", icon=":material/add:", on_click=lambda: session().set_view("tour", None))
    return tour


def views(tour: Tour) -> None:
    """A box for each view; what is changed there goes into the link."""
    st.header("Views")
    for index, view in enumerate(tour.views):
        _row(tour, index, view)


def _row(tour: Tour, index: int, view: View) -> None:
    """One view: what it shows, its caption, and buttons."""
    with st.container(border=True, key=f"tour-view-{index}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            entry = ENTRIES[view.page]
            st.markdown(
                f"{entry.icon} **{index + 1}** · {entry.title} :small[{view.query.get('run', '').removeprefix('gallery/')}]"
            )
            st.space("stretch")
            for name, icon, label, off, change in (
                ("up", ":material/arrow_upward:", "Earlier", index == 0, lambda: tour.moved(index, -1)),
                (
                    "down",
                    ":material/arrow_downward:",
                    "Later",
                    index == len(tour.views) - 1,
                    lambda: tour.moved(index, 1),
                ),
                ("remove", ":material/delete:", "Remove", False, lambda: tour.without(index)),
            ):
                st.button(
                    label, key=f"tour.{name}.{index}", icon=icon, type="tertiary", disabled=off,
                    on_click=_apply, args=(change,),
                )  # fmt: skip
            if pressed("Show", key=f"tour.show.{index}", type="tertiary", icon=":material/visibility:"):
                open_view(tour, index + 1)
                st.rerun()
        showing(
            st.text_area, f"Caption of view {index + 1}", key=f"tour.caption.{index}", value=view.caption,
            changed=lambda text: _apply(lambda: tour.captioned(index, text)), height="content",
            max_chars=LONGEST["caption"], label_visibility="collapsed", placeholder="What you will say",
        )  # fmt: skip


def _rename(tour: Tour, title: str) -> None:
    _apply(lambda: checked(replace(tour, title=title.strip() or Tour().title)))


def _apply(change: Callable[[], Tour]) -> None:
    """Put the changed tour into the link; a tour that does not fit stays as it was, and a sentence says why."""
    try:
        session().set_view("tour", to_text(change()))
        session().set_view("n", None)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")
