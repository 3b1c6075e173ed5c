"""Two dimensions at once."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from vae_core.analysis import Latents, manifold
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet
from ..state import session

PLANE = 13


def plane(run: Run, codes: Latents, reach: float, label: int | None) -> None:
    """Decoded images over two dimensions, the others at the sliders' values.

    reach: standard deviations to either side; label: the class of a conditional model.
    """
    order = codes.order()
    across, up, _ = st.columns([1, 1, 2])
    x = across.selectbox("Across", order, key=f"traverse.x.{run.id}", format_func=codes.title)
    others = [dim for dim in order if dim != x]
    y = up.selectbox("Up", others, key=f"traverse.y.{run.id}", format_func=codes.title)
    centre, deviation = codes.spread()
    steps = np.linspace(-reach, reach, PLANE)
    to_right = (centre[x] + steps * deviation[x]).tolist()
    to_top = (centre[y] - steps * deviation[y]).tolist()
    z = torch.tensor(session().z[run.id])
    images = manifold(library.model_of(run), z, x, y, to_right, to_top, label).flatten(0, 1)
    st.image(png_address(sheet(images, PLANE, side=48)), alt=f"The plane of {codes.title(x)} and {codes.title(y)}")
