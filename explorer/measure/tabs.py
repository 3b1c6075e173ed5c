"""The tabs of the page, each with the runs it can show."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vae_core.runs import Run

from ..runs.names import labels
from ..shell.controls import valid_choice
from ..state import session
from .codes import latent_shapes, response_panels
from .factors import NO_FACTORS
from .matrices import matrices
from .over_beta import along_beta
from .scores import FAST, numbers


def one_of(runs: list[Run], key: str) -> Run:
    """The run to look into."""
    names = labels(runs)
    ids = [run.id for run in runs]
    if len(ids) == 1:
        return runs[0]
    key = valid_choice(key, ids, session().run if session().run in ids else ids[0])
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
