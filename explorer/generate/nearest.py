"""New images above the training images that are nearest to them."""

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
#: Test images whose distance to the training images is the usual distance of an image not seen in training.
COMPARED = 200
DISTANCE = (
    "Root mean square difference per pixel. A median of less than half of that of test images means that some images "
    "are memorised; other images lie about as far away as test images."
)


def show(run: Run, samples: Samples, caption: str) -> None:
    """The images, and on request below each the nearest training image; `caption` is their alternative text."""
    with_nearest = st.toggle("Nearest training image below each", key="generate.nearest", help="Shows whether the model has memorised training images")  # fmt: skip
    if not with_nearest:
        st.image(png_address(sheet(samples.images, COLUMNS)), width="stretch", alt=caption)
        return
    training, why = library.training_images(run)
    if training is None:
        st.info(f"{why} Nearest images need the training images.", icon=":material/hide_image:")
        st.image(png_address(sheet(samples.images, COLUMNS)), width="stretch", alt=caption)
        return
    rows, distances = nearest(samples.images, training)
    tiles = []
    for start in range(0, len(samples), COLUMNS):
        tiles += [samples.images[start : start + COLUMNS], training[rows[start : start + COLUMNS]].float() / 255]
    st.image(png_address(sheet(torch.cat(tiles), COLUMNS)), width="stretch", alt=f"{caption} over the nearest training images")  # fmt: skip
    st.caption(memorisation(float(distances.median()), usual_distance(run, training), len(training)), help=DISTANCE)


def memorisation(distance: float, usual: float | None, count: int) -> str:
    """A caption on whether new images are copies of training images.

    distance: their median distance to the nearest of `count` training images; usual: that of test images, if known.
    """
    text = f"Median distance to the nearest of {count:,} training images: {distance:.3f}"
    if usual is None:
        return f"{text}."
    verdict = "Some images are memorised." if distance < 0.5 * usual else "Memorised images would be far nearer."
    return f"{text}; of test images: {usual:.3f}. {verdict}"


def usual_distance(run: Run, training: Tensor) -> float | None:
    """The median distance of test images to their nearest training image; None without test images."""
    data, _ = library.test_data(run)
    return None if data is None or not len(data.test) else _usual(run.config.fingerprint, data.test.images, training)


@st.cache_data(max_entries=16, show_spinner="Comparing with the training images …")
def _usual(fingerprint: str, _test: Tensor, _training: Tensor) -> float:
    return float(np.median(nearest(_test[:COMPARED].float() / 255, _training)[1].numpy()))
