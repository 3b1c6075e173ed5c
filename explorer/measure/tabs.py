"""The tabs of the page, each with the runs it can show."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vae_core.runs import Run

from ..runs.names import labels
from ..state import session
from .codes import latent_shapes, response_panels
from .factors import NO_FACTORS
from .matrices import matrices
from .over_beta import along_beta
from .scores import FAST, numbers


def choose_run(runs: list[Run], key: str) -> Run:
    """A select box of the run to show, where there are several."""
    names = labels(runs)
    ids = [run.id for run in runs]
    if len(ids) == 1:
        return runs[0]
    start = next((place for place, run in enumerate(runs) if run.id == session().run), 0)
    id = st.selectbox("Run", ids, start, format_func=names.__getitem__, key=key, width=360)
    return next(run for run in runs if run.id == id)


def for_one_run(show: Callable[[Run], None], key: str, factors: bool) -> Callable[[list[Run], list[Run]], None]:
    """A tab that shows one chosen run; `factors`: only of the runs whose images have factors."""

    def show_chosen(runs: list[Run], measurable: list[Run]) -> None:
        if factors and not measurable:
            st.info(f"{NO_FACTORS}, so this tab is empty.", icon=":material/info:")
        else:
            show(choose_run(measurable if factors else runs, key))

    return show_chosen


TABS = {
    "Scores": numbers,
    "Matrices": for_one_run(matrices, "measure.matrix", factors=True),
    "Responses": for_one_run(response_panels, "measure.response", factors=True),
    "Codes": for_one_run(latent_shapes, "measure.codes", factors=False),
    "Over β": lambda runs, measurable: along_beta(runs, FAST),
}
