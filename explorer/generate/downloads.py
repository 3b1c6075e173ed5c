"""Many new images as one file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from vae_core.analysis import MAX_SAMPLES, Samples, to_npz, to_zip
from vae_core.runs import Run


def take_away(make: Callable[[int], Samples], run: Run, name: str) -> None:
    """As many as are wanted, made when asked for."""
    st.divider()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = int(st.number_input("Images in the file", 1, MAX_SAMPLES, 1000, key=f"generate.wanted.{name}", width=180))  # fmt: skip
        file = f"{run.id.replace('/', '-')}-{name}"
        for title, kind, pack in (("ZIP", "zip", to_zip), ("NPZ", "npz", to_npz)):
            st.download_button(
                title, partial(lambda pack: pack(make(wanted)), pack), f"{file}.{kind}", "application/zip", icon=":material/download:",
                key=f"generate.{kind}.{name}", on_click="ignore",
            )  # fmt: skip
    st.caption("ZIP: a PNG each, in folders by class, with the codes as a table. NPZ: images, codes and classes as arrays, which Train takes too.")  # fmt: skip
