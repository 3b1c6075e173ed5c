"""A row of images beside its title."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ..images.files import png_address

#: In a row.
IMAGES = 10


def row(title: str, pixels: NDArray[np.uint8], caption: str) -> None:
    """A sheet of images `(H, W, 3)` beside its title and caption."""
    left, right = st.columns([2, 9], vertical_alignment="center")
    left.markdown(f"**{title}**" if title else "")
    left.caption(caption)
    right.image(png_address(pixels), width="stretch", alt=f"{title} {caption}")
