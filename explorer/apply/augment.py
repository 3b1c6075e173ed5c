"""Augment: a classifier on a few images of each class, with and without synthetic ones."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from vae_core.analysis.apply.augment import (
    AugmentConfig,
    augment_table,
    few_of_each,
    is_cached,
    synthetic_images,
)
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..figures.style import COLOURS, GRID, PLAIN, quiet
from ..images.files import png_address
from ..images.originals import without_images
from ..images.sheets import sheet
from .needs import is_of_indices
from .waiting import computed

PER_CLASS, SYNTHETIC = (2, 5, 10, 20, 50), (10, 50, 200)
#: Synthetic images of each class that are shown.
SHOWN = 12


def augment(run: Run) -> None:
    """Synthetic images of each class, and what a classifier gains by them."""
    conditional = family(run.config.family).conditional
    if not conditional and is_of_indices(run, "there is nothing between two of them to make new images of"):
        return
    data, why = library.test_data(run)
    if data is None:
        without_images(run, why, "The classifier is trained on the images.")
        return
    if data.test.labels is None:
        st.info("These images have no labels, so there is nothing to classify.", icon=":material/label_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        real = st.selectbox("Real images of each class", PER_CLASS, index=2, key="apply.real", width=200)
        more = st.selectbox("Synthetic ones of each class", SYNTHETIC, index=1, key="apply.synthetic", width=200)
        config = AugmentConfig(per_class=real, synthetic=more)
        command = ["apply", "augment", run.id, "--per-class", str(real), "--synthetic", str(more)]
        ready = computed(run, command, is_cached(run, config), "Train the classifiers", "apply.augment")
    if ready:
        table = augment_table(run, config)
        st.plotly_chart(figure(table["rows"]), key="apply.accuracy", config=PLAIN, alt="Accuracy with and without synthetic images")  # fmt: skip
        st.markdown(verdict(table))
        st.caption(
            f"Logistic regression on pixels, {table['tested']:,} test images, {table['seeds']} seeds with other real images each; bars are 95 % t intervals.",
            help="Between pixels: as many images, each between two real ones of its class, pixel by pixel (SMOTE).",
        )
    st.caption(seen(conditional, run.config.model.train_size))
    images = _examples(run, run.weights_hash(), real)
    st.image(png_address(images), width="stretch", alt="Synthetic images, a row for each class")
    st.caption(f"Synthetic images, {SHOWN} of each class.")


@st.cache_data(max_entries=16, show_spinner="Making images …", hash_funcs=library.BY_PATH)
def _examples(run: Run, version: str, real: int) -> Any:
    train = run.data("all").train
    assert train.labels is not None, "called for runs whose images are labelled"
    rows = few_of_each(train.labels, real, seed=0)
    images, _ = synthetic_images(library.model_of(run), train.images[rows], train.labels[rows], SHOWN, seed=0)
    return sheet(images, 2 * SHOWN, side=48)


def seen(conditional: bool, training: int) -> str:
    """What the model has seen that the classifier has not, and what that means."""
    if conditional:
        return (
            f"The model has seen all {training:,} training images with their labels, and none of the test images. A gain is not one from few labels: "
            "the labels are in the model. It shows how much of them it gives back."
        )
    return (
        f"The model has seen all {training:,} training images without their labels, and none of the test images. A gain is what unlabelled images add "
        "to a few labelled ones; new images are decoded between the codes of two real ones of a class."
    )


def verdict(table: dict[str, Any]) -> str:
    """One sentence on whether synthetic images help."""
    gain, rival = (
        f"{100 * part['value']:+.1f} points [{100 * part['low']:+.1f}, {100 * part['high']:+.1f}]".replace("-", "−")
        for part in (table["gain"], table["rival"])
    )
    more = f"{table['synthetic']} synthetic images of each class beside {table['per_class']} real ones"
    if table["gain"]["low"] > 0:
        return f"**They help**: {more} change the accuracy by {gain}; images between pixels by {rival}."
    if table["gain"]["high"] < 0:
        return f"**They harm**: {more} change the accuracy by {gain}; images between pixels by {rival}."
    return f"**No help is to be seen**: {more} change the accuracy by {gain}, an interval with 0 in it; images between pixels by {rival}."


def figure(rows: list[dict[str, Any]]) -> go.Figure:
    """Accuracy of each training set with its interval."""
    spans = {"symmetric": True, "array": [100 * (row["high"] - row["value"]) for row in rows], "thickness": 1.5, "width": 5, "color": COLOURS[8]}  # fmt: skip
    points = go.Scatter(
        x=[100 * row["value"] for row in rows], y=[row["title"] for row in rows], error_x=spans, mode="markers+text", textposition="top center",
        text=[f"{100 * row['value']:.1f} %" for row in rows], marker={"size": 11, "color": [COLOURS[8], COLOURS[0], COLOURS[8]]},
        hovertemplate="%{y}: %{x:.2f} %<extra></extra>",
    )  # fmt: skip
    shown = quiet(go.Figure(points), 220)
    shown.update_xaxes(title="Accuracy on test images in %", gridcolor=GRID, zeroline=False)
    return shown.update_yaxes(gridcolor=GRID, automargin=True, range=[len(rows) - 0.5, -0.7])
