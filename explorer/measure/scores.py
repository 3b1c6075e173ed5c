"""The tab of scores."""

from __future__ import annotations

import streamlit as st

from vae_core.metrics.disentanglement import SCORES
from vae_core.runs import Run

from .check import check
from .compute import compute, offer_autoencoder
from .files import csv, latex
from .subjects import Subject, autoencoders, baselines
from .table import table, with_best

FAST = [name for name, score in SCORES.items() if not score.slow]


def numbers(runs: list[Run], known: list[Run]) -> None:
    with st.container(horizontal=True):
        slow = bool(known) and st.toggle(
            "DCI with gradient boosting, the reference's classifier (minutes)", key="measure.dci"
        )
        beside = bool(known) and st.toggle(
            "Baselines: PCA, autoencoder, the factors themselves", key="measure.baselines"
        )
        generation = st.toggle("FID and KID of samples", key="measure.generation")
    scores = [] if not known else list(SCORES) if slow else FAST
    of = [Subject(run, "codes", tuple(scores) if run in known else (), generation) for run in runs]
    if beside:
        classical = autoencoders(known)
        of += [Subject(run, "codes", tuple(scores), generation) for run in classical] + baselines(known, scores)
        if not classical and not any(run.config.family == "autoencoder" for run in known):
            offer_autoencoder(known[0])
    compute(of)
    frame = table(of, scores)
    st.dataframe(with_best(frame), key="measure.table")
    st.caption(
        "Up to 15,000 images, 10,000 to learn from and 5,000 to judge on; constants, sampling and classifiers as in Locatello et al. 2019; "
        "± is half of a 95 % bootstrap interval over these images. Best run in bold. I(x; z) is at most the log of the number of "
        "training images; near that, TC and marginal KL are upper bounds. Each row is one seed, and the seed moves a score as much as "
        "the method: repeat what you report."
    )
    if generation:
        st.caption(
            "FID and KID see images through the network named in the table; only numbers through the same one compare, and the floor is "
            "the FID of real training images to the test images."
        )
    with st.container(horizontal=True):
        st.download_button(
            "CSV", csv(frame), "betascope-scores.csv", "text/csv", icon=":material/download:", key="measure.csv"
        )
        st.download_button(
            "LaTeX", latex(frame), "betascope-scores.tex", "text/plain", icon=":material/download:", key="measure.tex"
        )
    check()
