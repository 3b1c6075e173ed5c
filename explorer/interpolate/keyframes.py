"""The keyframes of a path: picked images, class means, sums of codes."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from vae_core.analysis import Keyframe, Latents, keyframe
from vae_core.config import ConfigError
from vae_core.runs import Run

from ..showing import showing
from ..state import Session, session

MAX_KEYFRAMES = 8


def current_keys(codes: Latents, of: Session | None = None) -> list[str]:
    """Texts of the keyframes in the link, else the default; of: another session than this one."""
    in_link = (of or session()).view.get("keys")
    return in_link.split("~")[:MAX_KEYFRAMES] if in_link else default_keys(codes, of)


def default_keys(codes: Latents, of: Session | None = None) -> list[str]:
    """The picked images, else the first two images of different classes."""
    picked = [row for row in (of or session()).picked() if row < len(codes)]
    if len(picked) >= 2:
        return [str(row) for row in picked[:MAX_KEYFRAMES]]
    first = picked[0] if picked else 0
    others = np.flatnonzero(
        np.arange(len(codes)) != first if codes.labels is None else codes.labels != codes.labels[first]
    )
    return [str(row) for row in (first, *others[:1])]


def set_keyframes(codes: Latents, keys: list[str]) -> None:
    """Set the keyframes; they go into the link unless they are the default."""
    session().set_view("keys", None if keys == default_keys(codes) else "~".join(keys))


def names_of_classes(codes: Latents) -> dict[str, str]:
    """Text of the keyframe → title, of each class mean (`m7`)."""
    present = [] if codes.labels is None else np.unique(codes.labels).tolist()
    return {f"m{label}": keyframe(f"m{label}", codes).title for label in present}


def choose(run: Run, codes: Latents) -> list[Keyframe]:
    """A widget for the keyframes; texts that are none are shown as errors and left out."""
    keys = current_keys(codes)
    classes = names_of_classes(codes)
    options = list(dict.fromkeys([*keys, *map(str, session().picked()), *classes]))
    showing(
        st.multiselect, "Keyframes", options, key=f"interpolate.keys.{run.id}", value=keys,
        changed=lambda chosen: set_keyframes(codes, chosen), accept_new_options=True, max_selections=MAX_KEYFRAMES,
        format_func=lambda text: classes.get(text) or (f"{run.config.item} {text}" if text.isdecimal() else text),
        placeholder=f"A test {run.config.item} (12), a class mean (m7), or A−B+C (3-m1+8)",
        help=f"A test {run.config.item} (12), the mean code of a class (m7), or A-B+C: the code of A minus B plus C.",
    )  # fmt: skip
    keyframes = []
    for text in keys:
        try:
            keyframes.append(keyframe(text, codes))
        except ConfigError as error:
            st.error(f"{error} It is left out.", icon=":material/error:")
    return keyframes


def actions(codes: Latents, keys: list[str]) -> None:
    """Buttons that change the keyframes; `keys` are the current ones."""
    picked = [str(row) for row in session().picked() if row < len(codes)]
    with st.container(horizontal=True):
        pair = [str(row) for row in random.sample(range(len(codes)), min(2, len(codes)))]
        st.button(
            "Random pair",
            on_click=set_keyframes,
            args=(codes, pair),
            icon=":material/shuffle:",
            key="interpolate.random",
        )
        st.button(
            "Reverse",
            on_click=set_keyframes,
            args=(codes, keys[::-1]),
            icon=":material/swap_horiz:",
            key="interpolate.swap",
        )
        if len(picked) > 1 and keys != picked[:MAX_KEYFRAMES]:
            st.button("The picked ones", on_click=set_keyframes, args=(codes, picked), icon=":material/ads_click:", key="interpolate.picks")  # fmt: skip
        with st.popover("A − B + C", icon=":material/calculate:"):
            st.caption("The change from B to C, applied to A, as the last keyframe of the path.")
            options = list(dict.fromkeys([*names_of_classes(codes), *keys, *picked]))
            title = lambda text: keyframe(text, codes).title
            parts = [text for text in options if "-" not in text]
            a, b, c = (
                st.selectbox(name, parts, min(index, len(parts) - 1), key=f"interpolate.{name}", format_func=title)
                for index, name in enumerate("ABC")
            )
            st.button(
                "Add",
                on_click=set_keyframes,
                args=(codes, [*keys[: MAX_KEYFRAMES - 1], f"{a}-{b}+{c}"]),
                key="interpolate.add",
            )
