"""What the app is for, and ways to start, in the words of a person who does not know the pages yet."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from .. import library
from ..access.modes import allowed
from ..navigation import ENTRIES, go
from ..presses import pressed
from ..stage.playing import play
from ..stage.saved import FIRST, shipped_tours


@dataclass(frozen=True)
class Task:
    """label: what a person wants. page: that does it. hint: how. needs_run: whether that takes a trained model."""

    label: str
    page: str
    hint: str
    needs_run: bool = True


TASKS = (
    Task("Play with a model", "traverse", "A slider for each latent dimension; the image follows"),
    Task("Find groups", "map", "Every test image as a point; what differs between two groups"),
    Task("Blend two images", "interpolate", "A path between images, forwards and back"),
    Task("See what β changes", "compare", "The same images, and the same move, through several models"),
    Task("Train on my data", "train", "Images, tables or histories; nothing leaves this computer", needs_run=False),
    Task("Measure disentanglement", "measure", "MIG, DCI and others with intervals, for a paper"),
    Task("Find the unusual", "diagnose", "Images and rows that the model cannot explain"),
    Task("Make new images", "generate", "Draws of the prior, and images like a given one"),
    Task("Repair or compress", "apply", "What a trained model is good for"),
    Task("Understand it", "learn", "Six short chapters, with one thing to move in each", needs_run=False),
)


def welcome() -> None:
    """The title, an introduction, and what to begin with."""
    st.title("See what :violet[β] does to a latent space")
    st.markdown(
        "A variational autoencoder encodes every image as a few numbers, and β weights the cost of each nat of "
        "information. Open a model, drag its numbers, and watch the image follow."
    )
    st.markdown("**What do you want to do?**")
    has_runs = bool(library.openable_runs())
    with st.container(horizontal=True, gap="small", key="tasks"):
        for task in TASKS:
            entry = ENTRIES[task.page]
            if allowed(entry.action) and pressed(
                task.label, key=f"home.{task.page}", icon=entry.icon, help=task.hint, disabled=task.needs_run and not has_runs
            ):  # fmt: skip
                go(task.page)
        first = shipped_tours().get(FIRST)
        if first and pressed(
            "Give a talk", key="home.tour", icon=ENTRIES["tour"].icon, help="β in ten minutes: a tour through the gallery, in stage mode"
        ):  # fmt: skip
            play(FIRST)
