"""The tour in view: which one, at which view; to go to another view, to end it, to add to it. All of it is in the link."""

from __future__ import annotations

import streamlit as st

from vae_core.config import BetascopeError

from ..navigation import go
from ..state import reopen, session
from .saved import tour_of
from .tours import Tour, TourError, View, link_of, to_text

#: Session keys: the page of the view that was opened last, until the frame is there; what the person should hear of.
GOAL, SENTENCE = "frame.goal", "frame.sentence"


def tour_in_view() -> Tour | None:
    """The tour in the link; None without one.

    Raises:
        TourError: there is none of this name, or it cannot be read.
    """
    text = session().view.get("tour")
    return tour_of(text) if text else None


def number_in_view(tour: Tour | None) -> int:
    """Which of its views is shown, from 1; 0 while none of them is."""
    text = session().view.get("n", "")
    return int(text) if tour and text.isdecimal() and int(text) <= len(tour.views) else 0


def on_stage() -> bool:
    return session().view.get("stage") == "1"


def set_stage(on: bool) -> None:
    session().set_view("stage", "1" if on else None)


def open_view(tour: Tour, number: int) -> None:
    """Show a view of a tour, from 1; the frame leads to its page (`follow`)."""
    view = tour.views[number - 1]
    reopen(view.query)
    session().set_view("n", str(number))
    st.session_state[GOAL] = view.page


def play(text: str) -> None:
    """Show a tour from its first view, in stage mode. text: as the link has it.

    Raises:
        TourError: there is none of this name, it cannot be read, or it has no views.
    """
    tour = tour_of(text)
    if not tour.views:
        raise TourError("The tour has no views yet: open a page and press Keep this view.")
    session().set_view("tour", text)
    set_stage(True)
    open_view(tour, 1)
    follow()


def end() -> None:
    """Stop playing; the tour stays in the link."""
    session().set_view("n", None)


def follow(page: str = "") -> None:
    """Go to the page of the view that was opened last. page: where we are; where that is the goal, there is nothing to do."""
    goal = st.session_state.pop(GOAL, page)
    if goal != page:
        go(goal)


def keep(page: str, title: str) -> None:
    """Add what is in view to the tour in the link, or to a new one; a sentence says so. title: the first caption."""
    try:
        tour = (tour_in_view() or Tour()).with_view(View(link_of(page, session().to_query()), title))
        session().set_view("tour", to_text(tour))
        st.session_state[SENTENCE] = f"View {len(tour.views)} of the tour; its caption is on the page Tour."
    except BetascopeError as error:
        st.session_state[SENTENCE] = str(error)


def say() -> None:
    """Show the sentence that waits, once."""
    if sentence := st.session_state.pop(SENTENCE, None):
        st.toast(sentence, icon=":material/slideshow:")
