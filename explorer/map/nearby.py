"""The images whose codes are nearest to a picked one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.originals import caption_of, originals
from ..images.sheets import sheet

COUNT = 12


def neighbours(run: Run, row: int) -> None:
    """The `COUNT` nearest codes by Euclidean distance, as images where there are any, else as a table."""
    codes = library.latents(run, [row])
    distances = np.linalg.norm(codes.mu - codes.mu[row], axis=1)
    rows = [int(other) for other in np.argsort(distances, kind="stable") if other != row][:COUNT]
    st.markdown(f"**Nearest to {caption_of(run, row)}**")
    if (images := originals(run, rows)) is not None:
        st.image(png_address(sheet(images, 6)), width="stretch", alt=f"Images nearest to {caption_of(run, row)}")
        st.caption("By the distance of codes, nearest first.")
    else:
        table = pd.DataFrame({"Code": [caption_of(run, other) for other in rows], "Distance": distances[rows].round(3)})
        st.dataframe(table, key=f"map.neighbours.{run.id}", hide_index=True)
