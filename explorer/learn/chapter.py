"""What every chapter has, and how it is shown: question, text, something to move, something to notice, an exercise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from vae_core.runs import RunError

from .. import library
from ..navigation import ENTRIES, go
from ..presses import pressed
from ..showing import showing
from ..state import session


@dataclass(frozen=True)
class Chapter:
    """question: its title. text: three to five sentences, Markdown with formulas. move, notice: one line each. show: draws what moves.
    exercise, answer: a question to try, and what opens below it. page: where to try it on one's own run, as `navigation` names it.
    """

    question: str
    text: str
    move: str
    notice: str
    show: Callable[[], None]
    exercise: str
    answer: str
    page: str


def show_chapter(number: int, chapter: Chapter) -> None:
    """One chapter; number: from 1."""
    st.header(f"{number}. {chapter.question}", anchor=False)
    with st.container(key="off-stage-text"):
        st.markdown(chapter.text)
        left, right = st.columns(2)
    left.info(f"**Move**: {chapter.move}", icon=":material/swipe:")
    right.info(f"**Notice**: {chapter.notice}", icon=":material/visibility:")
    try:
        chapter.show()
    except RunError as error:
        st.info(f"{error} This chapter moves a model of the gallery.", icon=":material/collections:")
    with st.expander(f"**Try it**: {chapter.exercise}", icon=":material/psychology:"):
        st.markdown(chapter.answer)
    with st.container(horizontal=True, vertical_alignment="center"):
        _understood(number)
        if pressed(
            f"Now on your own run: {ENTRIES[chapter.page].title}", key="learn.own", icon=ENTRIES[chapter.page].icon
        ):
            own = next((run for run in library.openable_runs() if not run.id.startswith("gallery/")), None)
            session().run = own.id if own else session().run
            go(chapter.page)


def understood() -> set[int]:
    """The chapters with a mark; the link carries them."""
    return {int(digit) for digit in session().view.get("learnt", "") if digit.isdecimal()}


def _understood(number: int) -> None:
    """A mark for this chapter."""

    def changed(got: bool) -> None:
        marks = understood() | {number} if got else understood() - {number}
        session().set_view("learnt", "".join(map(str, sorted(marks))) or None)

    showing(
        st.checkbox, "I have got it", key=f"learn.understood.{number}", value=number in understood(), changed=changed
    )
