"""The gallery and the user's own runs."""

from __future__ import annotations

import streamlit as st

from vae_core.runs import BrokenRun, Run

from .. import library
from ..access.modes import Mode, allowed, mode
from ..presses import pressed
from ..runs.actions import delete
from ..shell.controls import empty_state
from .cards import card_grid
from .featured import featured
from .pictures import ON_THE_FIRST, playing, strips_of

PAGE_SIZE = 12


def gallery() -> None:
    """The runs that ship with the project."""
    runs = [run for run in library.gallery_runs() if isinstance(run, Run)]
    if not runs:
        st.caption("The models that ship with Betascope are not in `checkpoints/gallery`; you can train your own.")
        return
    if (found := strips_of(runs[0], ON_THE_FIRST)) and (picture := playing(runs[0], found)):
        featured(runs.pop(0), found, picture)
    st.caption(
        "Each row of a picture moves one latent dimension: those that tell most about one factor each.",
        help="From the 2nd to the 98th percentile of the codes of the test images. Beside it: the factor, and its share of the factor's entropy that the dimension has; a name that a person gave it on "
        "Traverse; or else its rate.",
    )
    card_grid(runs, "gallery")


def own_title() -> None:
    """Whose runs follow; nothing where there are none and nobody can make one."""
    if mode() == Mode.PERSONAL:
        st.header("Your runs", width="stretch")
    elif allowed("train") or library.own_runs():
        st.header("Runs of this class" if mode() == Mode.CLASS else "More models", width="stretch")


def own_runs(was_active: bool) -> None:
    """The user's runs; reruns the page once none is active any more.

    was_active: whether a run was active when the fragment was declared.
    """
    runs = library.own_runs()
    opened = [run for run in runs if isinstance(run, Run)]
    broken = [run for run in runs if isinstance(run, BrokenRun)]
    if not opened and allowed("train"):
        empty_state("Nothing yet. Digits train in under a minute, on any computer.", "train", "Train your first model")
    shown = st.session_state.get("home.shown", PAGE_SIZE)
    card_grid(opened[:shown], "own")
    if len(opened) > shown and pressed(f"Show {len(opened) - shown} more", key="home.more"):
        st.session_state["home.shown"] = len(opened)
        st.rerun()
    if broken and mode() != Mode.EXHIBIT:
        broken_runs(broken)
    if was_active and not library.active_runs():
        st.rerun()


def broken_runs(broken: list[BrokenRun]) -> None:
    """Folders that do not open, each with the reason and a delete button."""
    title = "1 folder that does not open" if len(broken) == 1 else f"{len(broken)} folders that do not open"
    with st.expander(title, icon=":material/heart_broken:"):
        for run in broken:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"`{run.id}`: {run.reason}", width="stretch")
                if allowed("delete", run.path) and pressed(
                    "Delete", key=f"broken.{run.id}", type="tertiary", icon=":material/delete:"
                ):
                    delete([run.id])
