"""New images beside the training images that are nearest to them."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import Samples, nearest
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet

COLUMNS = 12
#: Test images that say how near to the training images an image that was never seen lies.
ASKED = 200


def show(run: Run, found: Samples, words: str) -> None:
    """The images; on demand each with the training image that is nearest to it."""
    check = st.toggle("Nearest training image below each", key="generate.nearest", help="Whether the model has learnt its images by heart")  # fmt: skip
    if not check:
        st.image(png_address(sheet(found.images, COLUMNS)), width="stretch", alt=words)
        return
    training, why = library.training_images(run)
    if training is None:
        st.info(f"{why} Nearest images want the training images.", icon=":material/hide_image:")
        st.image(png_address(sheet(found.images, COLUMNS)), width="stretch", alt=words)
        return
    rows, away = nearest(found.images, training)
    tiles = []
    for start in range(0, len(found), COLUMNS):
        tiles += [found.images[start : start + COLUMNS], training[rows[start : start + COLUMNS]].float() / 255]
    st.image(png_address(sheet(torch.cat(tiles), COLUMNS)), width="stretch", alt=f"{words} over the nearest training images")  # fmt: skip
    st.caption(memory(float(away.median()), usual_distance(run, training), len(training)))


def memory(away: float, usual: float | None, count: int) -> str:
    """Whether new images are copies: how far they lie from the nearest training image, beside what test images do."""
    words = f"New images lie a median of {away:.3f} per pixel (root mean square) from the nearest of {count:,} training images"
    if usual is None:
        return f"{words}."
    verdict = (
        "That is less than half of it: some were learnt by heart."
        if away < 0.5 * usual
        else "Images that were learnt by heart would lie far nearer than that."
    )
    return f"{words}; test images lie {usual:.3f} from theirs. {verdict}"


def usual_distance(run: Run, training: Tensor) -> float | None:
    """The median distance of test images to their nearest training image; None without test images."""
    data, _ = library.test_data(run)
    return None if data is None or not len(data.test) else _usual(run.config.fingerprint, data.test.images, training)


@st.cache_data(max_entries=16, show_spinner="Comparing with the training images …")
def _usual(fingerprint: str, _test: Tensor, _training: Tensor) -> float:
    return float(np.median(nearest(_test[:ASKED].float() / 255, _training)[1].numpy()))
