"""Downloads of many new images as one file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from vae_core.analysis import MAX_SAMPLES, Samples, to_npz, to_zip
from vae_core.runs import Run


def download_buttons(draw_images: Callable[[int], Samples], run: Run, name: str) -> None:
    """A number of images, and buttons that draw them on request and download them as one file.

    draw_images: number of images → images with codes; name: part of the file name.
    """
    st.divider()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = int(st.number_input("Images in the file", 1, MAX_SAMPLES, 1000, key=f"generate.wanted.{name}", width=180))  # fmt: skip
        file = f"{run.id.replace('/', '-')}-{name}"
        for title, kind, pack in (
            ("ZIP", "zip", partial(to_zip, dimension_names=run.notes().names)),
            ("NPZ", "npz", to_npz),
        ):
            st.download_button(
                title, partial(lambda pack: pack(draw_images(count)), pack), f"{file}.{kind}", "application/zip", icon=":material/download:",
                key=f"generate.{kind}.{name}", on_click="ignore",
            )  # fmt: skip
    st.caption(
        f"ZIP: {count:,} PNG file{'s' * (count > 1)} and a table of codes. NPZ: images, codes and classes as arrays.",
        help="Images in the ZIP are in a folder for each class. The Train page accepts the NPZ as data.",
    )
