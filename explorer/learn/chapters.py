"""The chapters in their order: another one is a file and a line here."""

from __future__ import annotations

import streamlit as st

from ..state import session
from .chapter import Chapter, show_chapter, understood
from .code import CHAPTER as CODE
from .disentangled import CHAPTER as DISENTANGLED
from .family_tree import CHAPTER as FAMILY_TREE
from .noise import CHAPTER as NOISE
from .price import CHAPTER as PRICE

CHAPTERS: list[Chapter] = [CODE, NOISE, PRICE, DISENTANGLED, FAMILY_TREE]


def chapters() -> None:
    """The chapter in view, and a choice of all; the link carries which, and what has been understood."""
    numbers = [str(number) for number in range(1, len(CHAPTERS) + 1)]
    key, done = "learn.chapter", understood()
    if st.session_state.get(key) not in numbers:
        in_view = session().view.get("chapter", "1")
        st.session_state[key] = in_view if in_view in numbers else "1"

    def title(number: str) -> str:
        mark = ":material/check_circle: " if int(number) in done else ""
        return f"{mark}{number}. {CHAPTERS[int(number) - 1].question}"

    chosen = st.pills("Chapter", numbers, format_func=title, key=key, required=True) or "1"
    session().set_view("chapter", None if chosen == "1" else chosen)
    show_chapter(int(chosen), CHAPTERS[int(chosen) - 1], len(CHAPTERS))
