"""What the app is for, and ways to start."""

from __future__ import annotations

import streamlit as st

from .. import library
from ..access.modes import allowed
from ..navigation import go
from ..stage.playing import play
from ..stage.saved import FIRST, shipped_tours


def welcome() -> None:
    """The title, an introduction, and what to begin with."""
    st.title("See what :violet[β] does to a latent space")
    st.markdown(
        "A variational autoencoder encodes every image as a few numbers, and β weights the cost of each nat of "
        "information. Open a model, drag its numbers, and watch the image follow."
    )
    with st.container(horizontal=True):
        train = allowed("train") and st.button(
            "Train a model", key="home.train", type="primary", icon=":material/model_training:"
        )
        if train:
            go("train")
        if st.button(
            "Compare across β", key="home.compare", icon=":material/compare:", disabled=not library.openable_runs()
        ):
            go("compare")
        first = shipped_tours().get(FIRST)
        if first and st.button(
            "β in ten minutes",
            key="home.tour",
            icon=":material/slideshow:",
            help="A tour through the gallery, in stage mode",
        ):
            play(FIRST)
