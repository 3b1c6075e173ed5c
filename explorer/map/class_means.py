"""The mean of each class: what the decoder draws at the mean of its codes."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import decode
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet

#: Classes beyond which their means fill more than a page.
MOST = 40


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=library.BY_PATH)
def _means(run: Run, version: str) -> tuple[list[str], Tensor] | None:
    """Names of classes with test images, and a decoded image `(n, C, H, W)` of each; version: of the weights."""
    codes, model = library.latents(run), library.model_of(run)
    if codes.labels is None or not codes.class_names or not run.config.model.has_decoder or not model.continuous:
        return None
    present = [label for label in np.unique(codes.labels).tolist() if 0 <= label < len(codes.class_names)][:MOST]
    if not present:
        return None
    means = np.stack([codes.mu[codes.labels == label].mean(0) for label in present])
    return [codes.class_names[label] for label in present], decode(
        model, torch.from_numpy(means), torch.tensor(present)
    )


def class_means(run: Run) -> None:
    """An image for each class; nothing where there are no classes, or codes have no mean."""
    if (found := _means(run, run.weights_hash())) is None:
        return
    names, images = found
    st.markdown("**The mean of each class**")
    st.image(
        [png_address(sheet(image[None], 1)) for image in images],
        caption=names,
        width=64,
        alt=[f"Decoded mean of {name}" for name in names],
    )
    st.caption("Decoded at the mean of the codes of its test images.")


def class_mean(run: Run, row: int) -> None:
    """The mean of the class of one test image, if it has one."""
    codes = library.latents(run, [row])
    found = _means(run, run.weights_hash())
    if found is None or codes.labels is None:
        return
    names, images = found
    name = codes.class_names[int(codes.labels[row])]
    if name in names:
        st.image(
            png_address(sheet(images[names.index(name)][None], 1)),
            caption=f"Mean of {name}",
            width=64,
            alt=f"Decoded mean of {name}",
        )
