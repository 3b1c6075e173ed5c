"""Measure: scores of several runs with their intervals, and why they are what they are."""

from collections.abc import Callable

import streamlit as st

from explorer import library
from explorer.comparison import labels
from explorer.evidence import along_beta, latent_shapes, matrices, response_panels
from explorer.measures import csv, latex, table, with_best
from explorer.measuring import Subject, autoencoders, baselines, check, compute, offer_autoencoder
from explorer.state import session
from explorer.widgets import among, choose_runs, empty_state, tabbed
from vae_core.metrics.disentanglement import SCORES
from vae_core.runs import Run

FAST = [name for name, score in SCORES.items() if not score.slow]
#: Why some images have no scores.
NO_FACTORS = (
    "These images have no ground-truth factors (as sprites and shapes3d do), so how codes follow factors cannot be measured; "
    "below is what needs none."
)


def has_factors(run: Run) -> bool:
    return bool(library.latents(run).factor_names)


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


def one_of(runs: list[Run], key: str) -> Run:
    """The run to look into."""
    names = labels(runs)
    ids = [run.id for run in runs]
    if len(ids) == 1:
        return runs[0]
    key = among(key, ids, session().run if session().run in ids else ids[0])
    id = st.selectbox("Run", ids, format_func=names.__getitem__, key=key, width=360)
    return next(run for run in runs if run.id == id)


def for_one(show: Callable[[Run], None], key: str, factors: bool) -> Callable[[list[Run], list[Run]], None]:
    def shown(runs: list[Run], known: list[Run]) -> None:
        if factors and not known:
            st.info(NO_FACTORS.split(",")[0] + ", so there is nothing to see here.", icon=":material/info:")
        else:
            show(one_of(known if factors else runs, key))

    return shown


TABS = {
    "Scores": numbers,
    "Matrices": for_one(matrices, "measure.matrix", factors=True),
    "Responses": for_one(response_panels, "measure.response", factors=True),
    "Codes": for_one(latent_shapes, "measure.codes", factors=False),
    "Over β": lambda runs, known: along_beta(runs, FAST),
}
st.title("Measure")
runs = library.openable_runs()
if not runs:
    empty_state("There is no trained model to measure yet.", "train", "Train one")
elif chosen := choose_runs(runs, "measure.runs"):
    known = [run for run in chosen if has_factors(run)]
    if len(known) < len(chosen):
        others = ", ".join(labels(chosen)[run.id] for run in chosen if run not in known)
        st.info(f"{others}: {NO_FACTORS}", icon=":material/info:")
    tabbed("measure", TABS, chosen, known)
