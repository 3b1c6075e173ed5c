"""The chapters in their order: another one is a file and a line here."""

from __future__ import annotations

import streamlit as st

from ..shell.controls import linked
from .chapter import Chapter, show_chapter, understood
from .code import CHAPTER as CODE
from .collapse import CHAPTER as COLLAPSE
from .disentangled import CHAPTER as DISENTANGLED
from .family_tree import CHAPTER as FAMILY_TREE
from .noise import CHAPTER as NOISE
from .price import CHAPTER as PRICE

CHAPTERS: list[Chapter] = [CODE, NOISE, PRICE, COLLAPSE, DISENTANGLED, FAMILY_TREE]


def chapters() -> None:
    """The chapter in view, and a choice of all; the link carries which, and what has been understood."""
    done = understood()

    def title(number: int) -> str:
        mark = ":material/check_circle: " if number in done else ""
        return f"{mark}{number}. {CHAPTERS[number - 1].question}"

    numbers = range(1, len(CHAPTERS) + 1)
    with st.container(key="off-stage-chapters"):
        number = linked(st.pills, "Chapter", numbers, "chapter", "learn.chapter", format_func=title, required=True)
    show_chapter(number, CHAPTERS[number - 1])
