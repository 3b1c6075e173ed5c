"""Downloads of the path, and a button that opens its current position on Traverse."""

from __future__ import annotations

import streamlit as st
import torch

from vae_core.analysis import decode, walk
from vae_core.runs import Run

from .. import library
from ..images.files import gif, png
from ..images.sheets import sheet
from ..navigation import go
from ..presses import pressed
from ..runs.conditions import set_condition
from ..state import session
from .path import current_mode, current_position

FRAMES = 48


def download_buttons(run: Run, codes: torch.Tensor, keys: list[str], label: int | None) -> None:
    """Buttons for the path as PNG and GIF, and for its current position on Traverse.

    codes: of the keyframes `(n, D)`; keys: their texts, for the file name; label: class of a conditional model.
    """
    mode = current_mode()
    name = f"{run.id.replace('/', '-')}-{'_'.join(keys)}-{mode}"

    def images(steps: int) -> torch.Tensor:
        return decode(library.model_of(run), walk(codes, torch.linspace(0, 1, steps), mode), label)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if pressed("Traverse from here", icon=":material/tune:", key="interpolate.traverse"):
            session().set_code(run.id, walk(codes, torch.tensor([current_position()]), mode)[0].tolist())
            set_condition(run, label)
            go("traverse")
        steps = int(st.number_input("Steps in the PNG", 2, 64, 11, key="interpolate.steps", width=150))
        st.download_button(
            "PNG", lambda: png(sheet(images(steps), steps)), f"{name}.png", "image/png", icon=":material/download:", key="interpolate.png", on_click="ignore"
        )  # fmt: skip
        st.download_button(
            "GIF", lambda: gif(images(FRAMES)), f"{name}.gif", "image/gif", icon=":material/movie:", key="interpolate.gif", on_click="ignore"
        )  # fmt: skip
