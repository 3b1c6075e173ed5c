"""The effect of noise on reconstructions and codes."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from vae_core.analysis import Latents, NoiseSweep, noise_sweep
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.files import png_address
from ..images.sheets import sheet
from .figures import noise_figure

#: Number of test images with added noise.
SWEPT = 500


@st.cache_data(max_entries=16, show_spinner="Adding noise …", hash_funcs=library.BY_PATH)
def _noise_sweep(run: Run, version: str) -> tuple[NoiseSweep, NDArray[np.float32]]:
    data, _ = library.test_data(run)
    assert data is not None, "called for runs whose images are available"
    labels = None if data.test.labels is None else data.test.labels[:SWEPT]
    sweep, images = noise_sweep(library.model_of(run), data.test.images[:SWEPT], labels)
    return sweep, images.numpy()


def noise(run: Run, codes: Latents) -> None:
    """The effect of noise: an example, and error and movement of codes over its σ."""
    data, why = library.test_data(run)
    if data is None:
        st.info(f"{why} Noise is added to images, so they are needed.", icon=":material/hide_image:")
        return
    sweep, images = _noise_sweep(run, run.weights_hash())
    tiles = torch.from_numpy(images)
    st.image(png_address(sheet(tiles.flatten(0, 1), tiles.shape[1], side=96)), width="stretch", alt="An image under noise over its reconstruction")  # fmt: skip
    levels = ", ".join(f"{level:g}" for level in sweep.levels)
    st.caption(f"Test image 0 with Gaussian noise of σ = {levels}, above its reconstructions.")
    st.plotly_chart(noise_figure(sweep), key="diagnose.noise", config=PLAIN, alt="Error and code over noise")
    st.caption(
        f"On {min(SWEPT, len(data.test)):,} test images; where the solid line is below the dotted one, reconstruction removes noise.",
        help="Movement of codes: root mean square, in standard deviations of clean codes. A robust code stays near 0.",
    )
