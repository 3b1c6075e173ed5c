"""Interpolate: walk from image to image through latent space."""

import random

import numpy as np
import streamlit as st
import torch

from explorer import library
from explorer.components import mount, said
from explorer.conditions import condition, condition_field, keep_condition
from explorer.images import png, sheet
from explorer.navigation import go
from explorer.pictures import gif, say_what_is_missing
from explorer.scenes import interpolation_scene
from explorer.state import session
from explorer.widgets import current_run, empty_state
from vae_core.analysis import INTERPOLATIONS, Keyframe, Latents, decode, keyframe, rows_named, walk
from vae_core.config import ConfigError
from vae_core.runs import Run

MOST = 8
FRAMES = 48


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
    session().keep("keys", None if keys == default_keys(codes) else "~".join(keys))


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


def current_mode() -> str:
    mode = session().view.get("path", "linear")
    return mode if mode in INTERPOLATIONS else "linear"


def current_place() -> float:
    try:
        return min(1.0, max(0.0, float(session().view.get("at", "0.5"))))
    except ValueError:
        return 0.5


def live(run: Run, codes: Latents, keyframes: list[Keyframe], label: int | None) -> None:
    key = f"interpolate.live.{run.id}"

    def changed() -> None:
        mode, at = str(said(key, "mode")), said(key, "at")
        if mode in INTERPOLATIONS:
            session().keep("path", None if mode == "linear" else mode)
        if isinstance(at, int | float):
            session().keep("at", None if at == 0.5 else f"{at:g}")

    def fewer() -> None:
        keys = said(key, "keys")
        if isinstance(keys, list) and all(isinstance(text, str) for text in keys):
            put(codes, keys)

    scene = interpolation_scene(run, codes, keyframes, current_mode(), current_place(), condition(run, label))
    found = mount(
        "interpolate", key, scene, on_mode_change=changed, on_at_change=changed, on_keys_change=fewer,
        on_gone_change=lambda: None,
    )  # fmt: skip
    if found.get("gone"):
        st.rerun()


def take_away(run: Run, places: torch.Tensor, keys: list[str], label: int | None) -> None:
    """The path as files, and the place on it as a code to go on from."""
    mode = current_mode()
    name = f"{run.id.replace('/', '-')}-{'_'.join(keys)}-{mode}"

    def images(steps: int) -> torch.Tensor:
        return decode(library.model_of(run), walk(places, torch.linspace(0, 1, steps), mode), label)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Traverse from here", icon=":material/tune:", key="interpolate.traverse"):
            session().stand_at(run.id, walk(places, torch.tensor([current_place()]), mode)[0].tolist())
            keep_condition(run, label)
            go("traverse")
        steps = int(st.number_input("Steps in the PNG", 2, 64, 11, key="interpolate.steps", width=150))
        st.download_button(
            "PNG", lambda: png(sheet(images(steps), steps)), f"{name}.png", "image/png", icon=":material/download:", key="interpolate.png", on_click="ignore"
        )  # fmt: skip
        st.download_button(
            "GIF", lambda: gif(images(FRAMES)), f"{name}.gif", "image/gif", icon=":material/movie:", key="interpolate.gif", on_click="ignore"
        )  # fmt: skip


def explore(run: Run) -> None:
    named = rows_named(session().view.get("keys", ""))
    codes = library.latents(run, [*named, *session().picked()])
    keyframes = choose(run, codes)
    keys = [place.text for place in keyframes]
    actions(codes, keys)
    if len(keyframes) < 2:
        st.info("Choose two keyframes or more to walk between.", icon=":material/info:")
    else:
        label = condition_field(run, codes, keyframes[0].row)
        live(run, codes, keyframes, label)
        take_away(run, torch.from_numpy(np.stack([place.z for place in keyframes])), keys, label)
    say_what_is_missing(run)


st.title("Interpolate")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    explore(run)
