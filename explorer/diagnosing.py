"""What the Diagnose page shows: findings, the best and the worst, anomalies with their threshold, what noise does."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from vae_core.analysis import (  # fmt: skip
    ODDITIES,
    Finding,
    Latents,
    Noisy,
    decode,
    diagnose,
    noise_sweep,
    oddities,
    roc,
    strangers,
    threshold_at,
)
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, ImageData
from vae_core.runs import Run

from . import library
from .diagnosis_figures import distortion_figure, noise_figure, roc_figure, scores_figure
from .figures import PLAIN
from .images import png_address, sheet
from .navigation import go
from .pictures import say_what_is_missing, show_pairs
from .state import session
from .widgets import among

SHOWN = 12
#: Test images that noise is put on.
SWEPT = 500


@st.cache_data(max_entries=32, show_spinner="Looking at the model …", hash_funcs=library.BY_PATH)
def _findings(run: Run, version: str, with_images: bool) -> list[Finding]:
    data, _ = library.test_data(run)
    return diagnose(library.model_of(run), library.latents(run), data, run.history())


def checks(run: Run, codes: Latents) -> None:
    """One sentence for each thing that can be wrong, those that are first, each with its evidence and the remedy."""
    at_hand = library.test_data(run)[0] is not None
    found = _findings(run, run.weights_hash(), at_hand)
    wrong = sum(not one.ok for one in found)
    verdict = "Nothing stands out." if not wrong else f"{wrong} of {len(found)} checks want a look."
    st.markdown(f"**{verdict}**")
    for one in found:
        with st.container(border=True):
            icon = ":green[:material/check_circle:]" if one.ok else ":orange[:material/error:]"
            st.markdown(f"{icon} **{one.title}**  \n{one.evidence}")
            if one.remedy:
                st.markdown(f":material/lightbulb: {one.remedy}")
            if one.rows:
                show_pairs(run, one.rows)
                links(run, one.kind, {f"{row}": (codes.mu[row].tolist(), row) for row in one.rows})
            if one.codes is not None:
                labels = 0 if library.model_of(run).conditional else None
                images = decode(library.model_of(run), one.codes, labels)
                st.image(png_address(sheet(images, len(images))), width=100 * len(images), alt="Images drawn from the prior")  # fmt: skip
                links(run, one.kind, {f"draw {place + 1}": (z, None) for place, z in enumerate(one.codes.tolist())})
    say_what_is_missing(run)


def links(run: Run, key: str, places: dict[str, tuple[list[float], int | None]]) -> None:
    """A button for each code, by its title, that opens it on Traverse; with the test image whose code it is."""
    with st.container(horizontal=True):
        for title, (z, row) in places.items():
            if st.button(title, icon=":material/tune:", help="Open it on Traverse", key=f"diagnose.to.{key}.{title}"):
                session().stand_at(run.id, z, row)
                go("traverse")


def extremes(run: Run, codes: Latents) -> None:
    """The test images that cost most and least."""
    order = np.argsort(codes.distortion, kind="stable")
    for title, rows in (("Worst", order[::-1][:SHOWN]), ("Best", order[:SHOWN])):
        st.subheader(title)
        chosen = [int(row) for row in rows]
        show_pairs(run, chosen, columns=SHOWN)
        low, high = codes.distortion[rows].min(), codes.distortion[rows].max()
        st.caption(f"Originals over reconstructions; distortion from {low:.1f} to {high:.1f} nats, of {len(codes):,} test images.")  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        figure = distortion_figure(codes.distortion)
        st.plotly_chart(figure, key="diagnose.histogram", config=PLAIN, alt="Distortion of the test images")
    if codes.labels is not None and codes.class_names:
        with right:
            st.dataframe(per_class(codes), key="diagnose.classes", hide_index=True)


def per_class(codes: Latents) -> list[dict[str, object]]:
    """Mean distortion and rate of each class, the worst first."""
    rows = []
    assert codes.labels is not None
    for label in np.unique(codes.labels):
        of = codes.labels == label
        row: dict[str, object] = {"Class": codes.class_names[int(label)], "Images": int(of.sum())}
        row["Distortion"] = round(float(codes.distortion[of].mean()), 2)
        rows.append(row | ({"Rate": round(float(codes.rate[of].sum(1).mean()), 2)} if codes.rate is not None else {}))
    return sorted(rows, key=lambda row: -float(str(row["Distortion"])))


@st.cache_data(max_entries=32, show_spinner="Scoring the images …", hash_funcs=library.BY_PATH)
def _oddities(run: Run, version: str, other: str) -> dict[str, NDArray[np.float64]]:
    data = library.test_data(run)[0] if other == "" else _strangers(other, tuple(run.config.model.shape))
    assert data is not None, "asked for runs whose images are at hand"
    return oddities(library.model_of(run), data.test.images, data.test.labels if other == "" else _any_label(run, data))


@st.cache_resource(max_entries=4, show_spinner="Opening the other images …")
def _strangers(name: str, shape: tuple[int, ...]) -> ImageData:
    return strangers(name, shape)


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
    scores = [name for name in ODDITIES if name in known]
    score = columns[0].selectbox("Score", scores, format_func=ODDITIES.__getitem__, key=among("diagnose.score", scores))
    left_out = run.config.data.leave_out
    classes = [f"class:{place}" for place in range(len(data.class_names))]
    options = ["", *classes, *(name for name in DATASETS if name != run.config.data.name)]
    start = "" if left_out is None else f"class:{left_out}"
    odd_name = columns[1].selectbox(
        "Anomalous", options, key=among(f"diagnose.odd.{run.id}", options, start),
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
        st.plotly_chart(scores_figure(normal, odd, threshold, ODDITIES[score]), key="diagnose.scores", config=PLAIN, alt="Scores of normal and odd images")  # fmt: skip
        st.caption(f"The dashed line is the threshold: {percentile:g} % of the normal images lie below it.")
    if odd is None:
        return
    found = roc(normal, odd, threshold)
    with right:
        st.plotly_chart(roc_figure(found, 1 - percentile / 100), key="diagnose.roc", config=PLAIN, alt="ROC")
        st.caption(f"Area under the ROC {found.auc:.3f} (0.5 is chance). At the threshold {found.caught:.1%} of the anomalous images are caught, for {100 - percentile:.1f} % false alarms.")  # fmt: skip


@st.cache_data(max_entries=16, show_spinner="Adding noise …", hash_funcs=library.BY_PATH)
def _swept(run: Run, version: str) -> tuple[Noisy, NDArray[np.float32]]:
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
