"""Measure: disentanglement scores of several runs, and the matrices behind them."""

import streamlit as st

from explorer import library
from explorer.comparison import labels
from explorer.measures import check, compute, latex, matrix_figure, table, with_best
from explorer.navigation import go
from explorer.state import session
from explorer.widgets import choose_runs, empty_state
from vae_core.analysis import dci_matrix, known_scores, mig_matrix
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


def numbers(runs: list[Run], scores: list[str]) -> None:
    frame = table(runs, scores)
    st.dataframe(with_best(frame), key="measure.table")
    st.caption(
        "Up to 15,000 images, 10,000 to learn from and 5,000 to judge on; constants, sampling and classifiers as in Locatello et al. 2019. "
        "Best in bold. Each row is one seed, and the seed moves a score as much as the method: repeat what you report."
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV", frame.to_csv(), "betascope-scores.csv", "text/csv", icon=":material/download:", key="measure.csv"
        )
        st.download_button(
            "LaTeX", latex(frame), "betascope-scores.tex", "text/plain", icon=":material/download:", key="measure.tex"
        )


def matrices(runs: list[Run], scores: list[str]) -> None:
    """What the MIG and DCI look at, for one run; a click on a cell opens its dimension."""
    ready = [run for run in runs if known_scores(run, scores) is not None]
    if not ready:
        return
    names = labels(runs)
    run = ready[0]
    if len(ready) > 1:
        id = st.selectbox(
            "Matrices of", [one.id for one in ready], format_func=names.__getitem__, key="measure.matrix", width=320
        )
        run = next(one for one in ready if one.id == id)
    order = library.latents(run).order()
    information, factors = mig_matrix(run)
    columns = st.columns(2, gap="large")
    shown = [("Information", information, "share", "I(z; factor) over the factor's entropy, in 20 bins: the MIG is the gap between a column's two largest.")]  # fmt: skip
    if "dci" in scores:
        shown.append(("Importance", dci_matrix(run)[0], "", "How much each dimension tells a classifier of each factor: DCI asks whether rows and columns are pure."))  # fmt: skip
    for place, (title, matrix, unit, words) in zip(columns, shown, strict=False):
        with place:
            st.subheader(title)
            event = st.plotly_chart(
                matrix_figure(matrix, order, factors, unit), key=f"measure.{title}.{run.id}", on_select="rerun",
                selection_mode="points", config={"displaylogo": False}, alt=f"{title} of dimensions and factors",
            )  # fmt: skip
            st.caption(words)
            for point in event["selection"]["points"][:1]:
                dimension = str(point["y"])
                if st.button(f"Traverse {dimension}", icon=":material/tune:", key=f"measure.go.{title}"):
                    session().run = run.id
                    go("traverse")


st.title("Measure")
runs = library.openable_runs()
if not runs:
    empty_state("There is no trained model to measure yet.", "train", "Train one")
elif chosen := choose_runs(runs, "measure.runs"):
    known = [run for run in chosen if has_factors(run)]
    if len(known) < len(chosen):
        others = ", ".join(labels(chosen)[run.id] for run in chosen if run not in known)
        st.info(f"{others}: {NO_FACTORS}", icon=":material/info:")
    scores = FAST
    if known:
        if st.toggle("DCI with gradient boosting, the reference's classifier (minutes)", key="measure.dci"):
            scores = list(SCORES)
        compute(known, scores)
    numbers(chosen, scores if known else [])
    matrices(known, scores)
    check()
