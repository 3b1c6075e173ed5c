"""Images that the model does not know."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from vae_core.analysis import ANOMALY_SCORES, Latents, anomaly_scores, other_images, roc, threshold_at
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, ImageData
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.files import png_address
from ..images.sheets import sheet
from ..shell.controls import valid_choice
from .extremes import SHOWN
from .figures import roc_figure, scores_figure


@st.cache_data(max_entries=32, show_spinner="Scoring the images …", hash_funcs=library.BY_PATH)
def _oddities(run: Run, version: str, other: str) -> dict[str, NDArray[np.float64]]:
    data = library.test_data(run)[0] if other == "" else _strangers(other, tuple(run.config.model.shape))
    assert data is not None, "asked for runs whose images are at hand"
    return anomaly_scores(
        library.model_of(run), data.test.images, data.test.labels if other == "" else _any_label(run, data)
    )


@st.cache_resource(max_entries=4, show_spinner="Opening the other images …")
def _strangers(name: str, shape: tuple[int, ...]) -> ImageData:
    return other_images(name, shape)


def _any_label(run: Run, data: ImageData) -> torch.Tensor | None:
    """A conditional model wants a class, and strangers have none of its own: each in turn."""
    count = len(data.test)
    return torch.arange(count) % run.config.model.classes if library.model_of(run).conditional else None


def anomalies(run: Run, codes: Latents) -> None:
    """Which images the model does not know: a threshold on the known ones, a ranked gallery, and the ROC."""
    data, why = library.test_data(run)
    if data is None:
        st.info(f"{why} Anomalies are told from images.", icon=":material/hide_image:")
        return
    known = _oddities(run, run.weights_hash(), "")
    columns = st.columns([3, 3, 2], vertical_alignment="bottom")
    scores = [name for name in ANOMALY_SCORES if name in known]
    score = columns[0].selectbox(
        "Score", scores, format_func=ANOMALY_SCORES.__getitem__, key=valid_choice("diagnose.score", scores)
    )
    left_out = run.config.data.leave_out
    classes = [f"class:{place}" for place in range(len(data.class_names))]
    options = ["", *classes, *(name for name in DATASETS if name != run.config.data.name)]
    start = "" if left_out is None else f"class:{left_out}"
    odd_name = columns[1].selectbox(
        "Anomalous", options, key=valid_choice(f"diagnose.odd.{run.id}", options, start),
        format_func=lambda name: title_of(name, data, left_out),
    )  # fmt: skip
    percentile = columns[2].slider("Percentile of normal", 50.0, 99.9, 95.0, 0.1, key="diagnose.percentile")
    normal, odd, images = known[score], None, data.test.images
    if odd_name.startswith("class:"):
        assert data.test.labels is not None, "classes come with labels"
        is_odd = (data.test.labels == int(odd_name[6:])).numpy()
        normal, odd, images = known[score][~is_odd], known[score][is_odd], data.test.images[torch.from_numpy(is_odd)]
    elif odd_name:
        try:
            images = _strangers(odd_name, tuple(run.config.model.shape)).test.images
            odd = _oddities(run, run.weights_hash(), odd_name)[score]
        except BetascopeError as error:
            st.error(f"{error} Choose another set.", icon=":material/error:")
            return
    threshold = threshold_at(normal, percentile)
    show_scores(score, normal, odd, threshold, percentile)
    values = normal if odd is None else odd
    ranked = np.argsort(-values, kind="stable")
    st.subheader("Oddest of the test images" if odd is None else "Oddest of the anomalous images")
    rows = ranked[: 2 * SHOWN]
    st.image(png_address(sheet(images[torch.from_numpy(rows.copy())], SHOWN)), width="stretch", alt="The oddest images")
    st.caption(f"From {values[rows[0]]:.4g} down to {values[rows[-1]]:.4g}; {(values > threshold).sum():,} of {len(values):,} lie above the threshold of {threshold:.4g}.")  # fmt: skip


def title_of(name: str, data: ImageData, left_out: int | None) -> str:
    """What counts as anomalous, in words."""
    if not name:
        return "Nothing: rank the test images"
    if name.startswith("class:"):
        place = int(name[6:])
        seen = "left out of training" if place == left_out else "seen in training"
        return f"Class {data.class_names[place]} ({seen})"
    return f"{DATASETS[name].title} (another data set)"


def show_scores(score: str, normal: NDArray[np.float64], odd: NDArray[np.float64] | None, threshold: float, percentile: float) -> None:  # fmt: skip
    """Histograms with the threshold, and the ROC where there is something to find."""
    left, right = st.columns([3, 2], gap="large") if odd is not None else (st.container(), st.container())
    with left:
        st.plotly_chart(scores_figure(normal, odd, threshold, ANOMALY_SCORES[score]), key="diagnose.scores", config=PLAIN, alt="Scores of normal and odd images")  # fmt: skip
        st.caption(f"The dashed line is the threshold: {percentile:g} % of the normal images lie below it.")
    if odd is None:
        return
    found = roc(normal, odd, threshold)
    with right:
        st.plotly_chart(roc_figure(found, 1 - percentile / 100), key="diagnose.roc", config=PLAIN, alt="ROC")
        st.caption(f"Area under the ROC {found.auc:.3f} (0.5 is chance). At the threshold {found.true_positive_rate:.1%} of the anomalous images are caught, for {100 - percentile:.1f} % false alarms.")  # fmt: skip
