"""The pages by name, in the order of the menu, and how to switch to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page

from vae_core.places import FILES

from .access.modes import allowed

FOLDER = FILES / "pages"
#: Session keys: the page of the last run of the script, or the one that it switched to; the page whose component began this run.
PAGE, REPORTED = "navigation.page", "navigation.reported"


@dataclass(frozen=True)
class Entry:
    """title, icon: in the menu. action: what must be on for it (access/modes.py). one_run: whether the page shows one run, so that the sidebar has the run picker; needs: what
    of a run it cannot do without, see runs/abilities.py. component: the one that its first view is made of, which browsers request with the page.
    """

    title: str
    icon: str
    one_run: bool = False
    needs: str = ""
    action: str = "explore"
    component: str = ""


ENTRIES = {
    "home": Entry("Home", ":material/home:", component="featured"),
    "learn": Entry("Learn", ":material/school:"),
    "train": Entry("Train", ":material/model_training:", action="train"),
    "map": Entry("Map", ":material/scatter_plot:", one_run=True, needs="codes", component="map"),
    "traverse": Entry("Traverse", ":material/tune:", one_run=True, needs="decoder", component="traversal"),
    "interpolate": Entry(
        "Interpolate", ":material/conversion_path:", one_run=True, needs="decoder", component="interpolate"
    ),
    "compare": Entry("Compare", ":material/compare:"),
    "measure": Entry("Measure", ":material/straighten:"),
    "diagnose": Entry("Diagnose", ":material/stethoscope:", one_run=True, needs="reconstructions"),
    "generate": Entry("Generate", ":material/auto_awesome:", one_run=True, needs="decoder"),
    "apply": Entry("Apply", ":material/handyman:", one_run=True, needs="reconstructions"),
    "tour": Entry("Tour", ":material/slideshow:"),
}


def pages() -> dict[str, Page]:
    """The pages for `st.navigation`; a page's address is its file's name, except the first, which is at "/"."""
    return {
        name: st.Page(
            FOLDER / f"{name}.py",
            title=entry.title,
            icon=entry.icon,
            default=name == "home",
            visibility="visible" if allowed(entry.action) else "hidden",
        )
        for name, entry in ENTRIES.items()
    }


def go(name: str) -> NoReturn:
    """Switch to another page; the session stays as it is."""
    st.session_state[PAGE] = name
    st.switch_page(FOLDER / f"{name}.py")


def reporting(callback: Callable[[], None]) -> Callable[[], None]:
    """The callback of a component on this page, which notes whose report it is."""
    page = st.session_state.get(PAGE)

    def report() -> None:
        st.session_state[REPORTED] = page
        callback()

    return report


def stay(name: str) -> None:
    """At the start of each run, of the page `name`: go back where one was going if this run is only a late report of the page that was left.

    A component may report while the script switches to another page. The browser is still at the old one then, and Streamlit would run
    that again in place of the new one.
    """
    going = st.session_state.get(PAGE, name)
    if st.session_state.pop(REPORTED, None) == name != going:
        go(going)
    st.session_state[PAGE] = name
