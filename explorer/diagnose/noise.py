"""What noise on an image does to its reconstruction and its code."""

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

#: Test images that noise is put on.
SWEPT = 500


@st.cache_data(max_entries=16, show_spinner="Adding noise …", hash_funcs=library.BY_PATH)
def _swept(run: Run, version: str) -> tuple[NoiseSweep, NDArray[np.float32]]:
    data, _ = library.test_data(run)
    assert data is not None, "asked for runs whose images are at hand"
    labels = None if data.test.labels is None else data.test.labels[:SWEPT]
    found, images = noise_sweep(library.model_of(run), data.test.images[:SWEPT], labels)
    return found, images.numpy()


def noise(run: Run, codes: Latents) -> None:
    """What noise on the image does to its reconstruction and to its code."""
    data, why = library.test_data(run)
    if data is None:
        st.info(f"{why} Noise is put on images.", icon=":material/hide_image:")
        return
    found, images = _swept(run, run.weights_hash())
    tiles = torch.from_numpy(images)
    st.image(png_address(sheet(tiles.flatten(0, 1), tiles.shape[1], side=96)), width="stretch", alt="An image under noise over its reconstruction")  # fmt: skip
    words = ", ".join(f"{level:g}" for level in found.levels)
    st.caption(f"Test image 0 with Gaussian noise of σ = {words}, over what the model makes of it.")
    st.plotly_chart(noise_figure(found), key="diagnose.noise", config=PLAIN, alt="Error and code over noise")
    st.caption(
        f"On {min(SWEPT, len(data.test)):,} test images. Where the model's line lies below the dotted one, reconstructing removes noise. "
        "Codes move by root mean square, in standard deviations of clean codes; a robust code stays near 0."
    )
