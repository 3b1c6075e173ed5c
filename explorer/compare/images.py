"""The same test images through every run."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from torch import Tensor

from vae_core.analysis import denoise, reconstruct
from vae_core.models.denoising_autoencoder import DenoisingAutoencoder
from vae_core.runs import Run

from .. import library
from ..components import mount, state_value
from ..images.originals import decoded, without_images
from ..images.sheets import sheet
from ..runs.abilities import RECONSTRUCTIONS, able
from ..runs.conditions import set_condition
from ..runs.names import labels
from .disagreement import disagreement
from .props import multirate_props
from .rows_of_images import IMAGES, row

#: The colours of viridis at eleven even places; errors go from 0 (dark) to 1 (yellow).
VIRIDIS = np.array(
    [[68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142], [33, 145, 140], [34, 168, 132],
     [68, 191, 112], [122, 209, 81], [189, 223, 38], [253, 231, 37]]
)  # fmt: skip


def error_sheet(errors: Tensor, columns: int, side: int = 64) -> NDArray[np.uint8]:
    """|x − x̂| `(n, C, H, W)` in [0, 1], mean over channels, as colours → `(rows, columns, 3)` uint8."""
    grey = sheet(errors.mean(1, keepdim=True), columns, side)[..., 0]
    levels = np.linspace(0, 255, len(VIRIDIS))
    channels = [np.interp(grey, levels, VIRIDIS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def images(runs: list[Run]) -> None:
    """The same test images through every run that was trained on them."""
    if not (runs := able(runs, RECONSTRUCTIONS)):
        return
    data, why = library.test_data(runs[0])
    if data is None:
        without_images(runs[0], why, "Until then images are decoded from their stored codes.")
        from_codes(same_images(runs))
        return
    matching = same_images(runs)
    with st.container(key="off-stage-images"):
        left, right = st.columns([4, 2], vertical_alignment="bottom")
        with left:
            rows = ten_of(len(data.test))
    errors = right.toggle("Error maps", key="compare.errors")
    labels_of_rows = None if data.test.labels is None else data.test.labels[rows]
    row("Original", sheet(data.test.images[rows], IMAGES), names_of(rows))
    for run in matching:
        if run.config.model.betas:
            along_beta(run, matching, list(range(rows.start, rows.stop)))
            continue
        model = library.model_of(run)
        result = reconstruct(model, data.test.images[rows], labels_of_rows)
        caption = (
            f"distortion {result.distortion.mean():.1f} nats, MSE {result.scores['mse'].mean():.4f} on these images"
        )
        row(labels(runs)[run.id], sheet(result.means, IMAGES), caption)
        if errors:
            row("", error_sheet(result.errors, IMAGES), "|x − x̂|, dark 0 to yellow 1")
        if isinstance(model, DenoisingAutoencoder):
            noisy, clean = denoise(model, data.test.images[rows])
            row("", sheet(noisy, IMAGES), "noisy input, as in training")
            row("", sheet(clean, IMAGES), f"denoised, MSE {(clean - result.originals).square().mean():.4f}")
    disagreement(matching, data)


def ten_of(count: int) -> slice:
    """The test images that a slider chooses, of this many."""
    last = max(0, count - IMAGES)
    first = st.slider("First test image", 0, last, 0, key="compare.first") if last else 0
    return slice(first, min(first + IMAGES, count))


def names_of(rows: slice) -> str:
    """Which test images these are, in words."""
    return f"test images {rows.start} to {rows.stop - 1}"


def from_codes(runs: list[Run]) -> None:
    """Without the data set: what each run decodes from its stored codes of the same test images."""
    with st.container(key="off-stage-images"):
        rows = ten_of(min(len(library.latents(run)) for run in runs))
    for run in runs:
        images = decoded(run, range(rows.start, rows.stop))
        row(labels(runs)[run.id], sheet(images, IMAGES), f"decoded codes of {names_of(rows)}")


def along_beta(run: Run, runs: list[Run], rows: list[int]) -> None:
    """A model conditioned on β: its reconstructions follow a slider, and other runs are points beside its curve."""
    key = f"compare.beta.{run.id}"
    props = multirate_props(run, runs, labels(runs), rows)
    if props is None:
        return
    left, right = st.columns([2, 9], vertical_alignment="center")
    left.markdown(f"**{labels(runs)[run.id]}**")
    left.caption("one model for every β: drag the slider")
    with right:
        event = mount(
            "multirate", key, props, on_beta_change=lambda: set_condition(run, state_value(key, "beta")), on_gone_change=lambda: None
        )  # fmt: skip
    if event.get("gone"):
        st.rerun()


def same_images(runs: list[Run]) -> list[Run]:
    """The runs trained on the same images, or the same table, as the first; a notice names the others."""
    matching = [run for run in runs if run.config.fingerprint == runs[0].config.fingerprint]
    if others := [labels(runs)[run.id] for run in runs if run not in matching]:
        st.info(
            f"Trained on other data, so compared only by their numbers: {', '.join(others)}.", icon=":material/info:"
        )
    return matching
