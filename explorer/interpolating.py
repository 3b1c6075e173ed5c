"""What the Interpolate page shows: the path under the thumb, and the path as files."""

from __future__ import annotations

import streamlit as st
import torch

from vae_core.analysis import INTERPOLATIONS, Keyframe, Latents, decode, walk
from vae_core.runs import Run

from . import library
from .components import mount, said
from .conditions import condition, keep_condition
from .images import png, sheet
from .keyframing import put
from .navigation import go
from .pictures import gif
from .scenes import interpolation_scene
from .state import session

FRAMES = 48


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
