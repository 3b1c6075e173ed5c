"""The places that a path goes by: picked images, class means, sums of codes."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from vae_core.analysis import Keyframe, Latents, keyframe
from vae_core.config import ConfigError
from vae_core.runs import Run

from ..state import session

MOST = 8


def default_keys(codes: Latents) -> list[str]:
    """The picks, else the first two images of different classes."""
    picked = [row for row in session().picked() if row < len(codes)]
    if len(picked) >= 2:
        return [str(row) for row in picked[:MOST]]
    first = picked[0] if picked else 0
    others = np.flatnonzero(
        np.arange(len(codes)) != first if codes.labels is None else codes.labels != codes.labels[first]
    )
    return [str(row) for row in (first, *others[:1])]


def put(codes: Latents, keys: list[str]) -> None:
    """Make these the keyframes; the link tells them when they are not what they would be anyway."""
    session().set_view("keys", None if keys == default_keys(codes) else "~".join(keys))


def names_of_classes(codes: Latents) -> dict[str, str]:
    """Class means by the text of their keyframe."""
    present = [] if codes.labels is None else np.unique(codes.labels).tolist()
    return {f"m{label}": keyframe(f"m{label}", codes).title for label in present}


def choose(run: Run, codes: Latents) -> list[Keyframe]:
    """The places to go by; what names none is told and left out."""
    kept = session().view.get("keys")
    keys = kept.split("~")[:MOST] if kept else default_keys(codes)
    classes = names_of_classes(codes)
    options = list(dict.fromkeys([*keys, *map(str, session().picked()), *classes]))
    widget = f"interpolate.keys.{run.id}"
    st.session_state[widget] = keys

    def changed() -> None:
        put(codes, st.session_state[widget])

    st.multiselect(
        "Keyframes", options, key=widget, accept_new_options=True, max_selections=MOST, on_change=changed,
        format_func=lambda text: classes.get(text) or (f"image {text}" if text.isdecimal() else text),
        placeholder="A test image (12), a class mean (m7), or A−B+C (3-m1+8)",
        help="Type the number of a test image, m and a class for the mean code of that class, or A-B+C of such: "
        "the code of A, less that of B, plus that of C.",
    )  # fmt: skip
    found = []
    for text in keys:
        try:
            found.append(keyframe(text, codes))
        except ConfigError as error:
            st.error(f"{error} Left out.", icon=":material/error:")
    return found


def actions(codes: Latents, keys: list[str]) -> None:
    """Other ways to choose keyframes."""
    picked = [str(row) for row in session().picked() if row < len(codes)]
    with st.container(horizontal=True):
        pair = [str(row) for row in random.sample(range(len(codes)), min(2, len(codes)))]
        st.button("Random pair", on_click=put, args=(codes, pair), icon=":material/shuffle:", key="interpolate.random")
        st.button(
            "Reverse", on_click=put, args=(codes, keys[::-1]), icon=":material/swap_horiz:", key="interpolate.swap"
        )
        if len(picked) > 1 and keys != picked[:MOST]:
            st.button("The picked images", on_click=put, args=(codes, picked), icon=":material/ads_click:", key="interpolate.picks")  # fmt: skip
        with st.popover("A − B + C", icon=":material/calculate:"):
            st.caption("What makes B into C, done to A: a keyframe at the end of the path.")
            options = list(dict.fromkeys([*names_of_classes(codes), *keys, *picked]))
            title = lambda text: keyframe(text, codes).title
            parts = [text for text in options if "-" not in text]
            a, b, c = (
                st.selectbox(name, parts, min(place, len(parts) - 1), key=f"interpolate.{name}", format_func=title)
                for place, name in enumerate("ABC")
            )
            st.button("Add", on_click=put, args=(codes, [*keys[: MOST - 1], f"{a}-{b}+{c}"]), key="interpolate.add")
