"""Images that are unlike the training images."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from vae_core.analysis import (
    ANOMALY_SCORES,
    Latents,
    anomaly_scores,
    class_probabilities,
    other_images,
    roc,
    threshold_at,
)
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, ImageData, TableData
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.files import png_address
from ..images.originals import without_images
from ..images.sheets import sheet
from .extremes import SHOWN
from .figures import roc_figure, scores_figure


@st.cache_data(max_entries=32, show_spinner="Scoring the images …", hash_funcs=library.BY_PATH)
def _scores(run: Run, version: str, other: str) -> dict[str, NDArray[np.float64]]:
    data = library.test_data(run)[0] if other == "" else _other_images(other, tuple(run.config.model.shape))
    assert data is not None, "called for runs whose images are available"
    return anomaly_scores(
        library.model_of(run), data.test.images, data.test.labels if other == "" else _some_labels(run, data)
    )


@st.cache_resource(max_entries=4, show_spinner="Opening the other images …")
def _other_images(name: str, shape: tuple[int, ...]) -> ImageData:
    return other_images(name, shape)


def _some_labels(run: Run, data: ImageData) -> torch.Tensor | None:
    """Classes for images of another set, as a conditional model needs them: the predicted ones, else 0, 1, … in turn."""
    model, count = library.model_of(run), len(data.test)
    if model.predicts_class:
        return class_probabilities(model, data.test.images).argmax(1)
    return torch.arange(count) % run.config.model.classes if model.conditional else None


def anomalies(run: Run, codes: Latents) -> None:
    """Anomaly scores: a threshold on normal images, the images with the highest scores, and the ROC."""
    data, why = library.test_data(run)
    if data is None:
        without_images(run, why, "Anomaly scores need the images.")
        return
    by_score = _scores(run, run.weights_hash(), "")
    columns = st.columns([3, 3, 2], vertical_alignment="bottom")
    scores = [name for name in ANOMALY_SCORES if name in by_score]
    score = columns[0].selectbox("Score", scores, format_func=ANOMALY_SCORES.__getitem__, key="diagnose.score")
    left_out = run.config.data.leave_out
    classes = [f"class:{index}" for index in range(len(data.class_names))]
    options = ["", *classes, *(name for name in DATASETS if name != run.config.data.name)]
    start = "" if left_out is None else f"class:{left_out}"
    anomaly = columns[1].selectbox(
        "Anomalous", options, options.index(start), key=f"diagnose.odd.{run.id}",
        format_func=lambda name: title_of(name, data, left_out),
    )  # fmt: skip
    percentile = columns[2].slider("Percentile of normal", 50.0, 99.9, 95.0, 0.1, key="diagnose.percentile")
    normal, anomalous, images = by_score[score], None, data.test.images
    if anomaly.startswith("class:"):
        assert data.test.labels is not None, "classes come with labels"
        is_anomalous = (data.test.labels == int(anomaly[6:])).numpy()
        normal, anomalous, images = (
            by_score[score][~is_anomalous],
            by_score[score][is_anomalous],
            data.test.images[torch.from_numpy(is_anomalous)],
        )
    elif anomaly:
        try:
            images = _other_images(anomaly, tuple(run.config.model.shape)).test.images
            anomalous = _scores(run, run.weights_hash(), anomaly)[score]
        except BetascopeError as error:
            st.error(f"{error} Choose another set.", icon=":material/error:")
            return
    threshold = threshold_at(normal, percentile)
    show_scores(normal, anomalous, threshold, percentile, ANOMALY_SCORES[score], "images")
    values = normal if anomalous is None else anomalous
    ranked = np.argsort(-values, kind="stable")
    st.header(
        "Test images with the highest scores" if anomalous is None else "Anomalous images with the highest scores"
    )
    rows = ranked[: 2 * SHOWN]
    st.image(
        png_address(sheet(images[torch.from_numpy(rows.copy())], SHOWN)),
        width="stretch",
        alt="The images with the highest scores",
    )
    st.caption(f"Scores from {values[rows[0]]:.4g} down to {values[rows[-1]]:.4g}; {(values > threshold).sum():,} of {len(values):,} lie above the threshold of {threshold:.4g}.")  # fmt: skip


def title_of(name: str, data: ImageData | TableData, left_out: int | None) -> str:
    """The title of an option of the anomalous images."""
    if not name:
        return f"Nothing: rank the test {data.item}s"
    if name.startswith("class:"):
        index = int(name[6:])
        seen = "left out of training" if index == left_out else "seen in training"
        return f"Class {data.class_names[index]} ({seen})"
    return f"{DATASETS[name].title} (another data set)"


def show_scores(
    normal: NDArray[np.float64], anomalous: NDArray[np.float64] | None, threshold: float, percentile: float, title: str, items: str
) -> None:  # fmt: skip
    """Histograms with the threshold, and the ROC where there are anomalous items.

    normal, anomalous: scores `(N,)`; percentile: of the normal ones, at the threshold; title: of the score; items: "images" or "rows".
    """
    left, right = st.columns([3, 2], gap="large") if anomalous is not None else (st.container(), st.container())
    with left:
        st.plotly_chart(scores_figure(normal, anomalous, threshold, title, items), key="diagnose.scores", config=PLAIN, alt=f"Scores of normal and anomalous {items}")  # fmt: skip
        st.caption(f"The dashed line is the threshold: {percentile:g} % of the normal {items} lie below it.")
    if anomalous is None:
        return
    curve = roc(normal, anomalous, threshold)
    with right:
        st.plotly_chart(roc_figure(curve, 1 - percentile / 100), key="diagnose.roc", config=PLAIN, alt="ROC")
        st.caption(
            f"Area under the ROC {curve.auc:.3f}; {curve.true_positive_rate:.1%} of the anomalous {items} are caught, "
            f"for {100 - percentile:.1f} % false alarms.",
            help="Caught and false alarms are at the threshold; an area of 0.5 is chance.",
        )
