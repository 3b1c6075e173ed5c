"""The path that follows the pointer."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import INTERPOLATIONS, Keyframe, Latents
from vae_core.runs import Run

from ..components import mount, state_value
from ..runs.conditions import condition
from ..state import Session, session
from .keyframes import set_keyframes
from .props import interpolation_props


def current_mode(of: Session | None = None) -> str:
    """The way of interpolation in the link, linear by default; of: another session than this one."""
    mode = (of or session()).view.get("path", "linear")
    return mode if mode in INTERPOLATIONS else "linear"


def current_position(of: Session | None = None) -> float:
    """The position on the path in the link, 0 to 1; of: another session than this one."""
    try:
        return min(1.0, max(0.0, float((of or session()).view.get("at", "0.5"))))
    except ValueError:
        return 0.5


def live(run: Run, codes: Latents, keyframes: list[Keyframe], label: int | None) -> None:
    """The component; `label` is the class of a conditional model."""
    key = f"interpolate.live.{run.id}"

    def position_changed() -> None:
        mode, at = str(state_value(key, "mode")), state_value(key, "at")
        if mode in INTERPOLATIONS:
            session().set_view("path", None if mode == "linear" else mode)
        if isinstance(at, int | float):
            session().set_view("at", None if at == 0.5 else f"{at:g}")

    def keyframes_changed() -> None:
        keys = state_value(key, "keys")
        if isinstance(keys, list) and all(isinstance(text, str) for text in keys):
            set_keyframes(codes, keys)

    props = interpolation_props(run, codes, keyframes, current_mode(), current_position(), condition(run, label))
    event = mount(
        "interpolate", key, props, on_mode_change=position_changed, on_at_change=position_changed, on_keys_change=keyframes_changed,
        on_gone_change=lambda: None,
    )  # fmt: skip
    if event.get("gone"):
        st.rerun()
