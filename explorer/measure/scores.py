"""The tab of scores."""

from __future__ import annotations

import streamlit as st

from vae_core.metrics.disentanglement import SCORES
from vae_core.runs import Run

from ..figures.style import PLAIN
from ..figures.tables import meanings
from ..runs.seeds import seeds_panel
from ..runs.summary import labels_seen
from .check import check
from .compute import compute, offer_autoencoder
from .figures import scores_figure
from .files import csv, latex
from .subjects import Subject, autoencoders, baselines
from .table import points_of, table, with_best

FAST = [name for name, score in SCORES.items() if not score.slow]


def numbers(runs: list[Run], measurable: list[Run]) -> None:
    """The table of scores with its settings and downloads; `measurable`: the runs whose images have factors."""
    with st.container(horizontal=True):
        with_dci = bool(measurable) and st.toggle(
            "DCI with gradient boosting, the reference's classifier (minutes)", key="measure.dci"
        )
        with_baselines = bool(measurable) and st.toggle(
            "Baselines: PCA, autoencoder, the factors themselves", key="measure.baselines"
        )
        generation = all(run.config.data_kind == "images" for run in runs) and st.toggle(
            "FID and KID of samples", key="measure.generation"
        )
    scores = [] if not measurable else list(SCORES) if with_dci else FAST
    subjects = [Subject(run, "codes", tuple(scores) if run in measurable else (), generation) for run in runs]
    if with_baselines:
        others = autoencoders(measurable)
        subjects += [Subject(run, "codes", tuple(scores), generation) for run in others] + baselines(measurable, scores)
        if not others and not any(run.config.family == "autoencoder" for run in measurable):
            offer_autoencoder(measurable[0])
    compute(subjects)
    frame = table(subjects, scores)
    st.dataframe(with_best(frame), key="measure.table", column_config=meanings(frame))
    st.caption(
        "Scores ± half of a 95 % bootstrap interval over images; best run in bold; each row is one seed.",
        help="Up to 15,000 images: 10,000 to train classifiers and 5,000 to test them. Constants, sampling and classifiers "
        "as in Locatello et al. 2019. I(x; z) is at most the log of the number of training images; near that, TC and "
        "marginal KL are upper bounds. The seed changes a score as much as the method: repeat what you report.",
    )
    for run in measurable:
        if seen := labels_seen(run):
            st.caption(f"{run.config.name}: {seen.lower()}. Compare its scores with those of models that saw as many.")
    if points := points_of(frame):
        st.plotly_chart(
            scores_figure(points), key="measure.dots", config=PLAIN, alt="The scores of each run, with their intervals"
        )
        st.caption(
            "Scores disagree: a model that is ahead in one may be behind in another, and none of them is the measure. See what they look at under Matrices and Responses."
        )
    if generation:
        st.caption(
            "FID and KID use features of the network named in the table; compare numbers of the same network only.",
            help="The floor is the FID of real training images to the test images.",
        )
    with st.container(horizontal=True):
        st.download_button(
            "CSV", csv(frame), "betascope-scores.csv", "text/csv", icon=":material/download:", key="measure.csv"
        )
        st.download_button(
            "LaTeX", latex(frame), "betascope-scores.tex", "text/plain", icon=":material/download:", key="measure.tex"
        )
    seeds_panel(runs, "measure")
    check()
