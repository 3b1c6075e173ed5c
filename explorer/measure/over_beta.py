"""A number against β."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from vae_core.analysis import WITHOUT_FACTORS, cached_scores, scores_without_factors
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..runs.rate_planes import rate_planes
from .figures import over_beta
from .table import titles_of


def along_beta(runs: Sequence[Run], scores: Sequence[str]) -> None:
    """A chosen number against β with seeds as bands, the rate–distortion plane, and KL per dimension of each run."""
    points: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for run in runs:
        if run.config.beta is None:
            continue
        values = library.numbers(run) | {number: estimate.value for name in scores for number, estimate in (cached_scores(run, [name]) or {}).items()}  # fmt: skip
        with suppress(BetascopeError):  # neither codes nor data are available, as the first tab shows
            values |= scores_without_factors(run)
        group = f"{family(run.config.family).title} · {run.config.data.name}"
        for name, title in titles(scores).items():
            if isinstance(value := values.get(name), int | float):
                points.setdefault(title, {}).setdefault(group, []).append((run.config.beta, float(value)))
    if not points:
        st.info("None of these runs has a β.", icon=":material/info:")
    else:
        title = st.selectbox("Number", list(points), key="measure.number", width=320)
        st.plotly_chart(over_beta(points[title], title), key="measure.over", config=PLAIN, alt=f"{title} over β")
        st.caption(
            "A line joins the medians over seeds; a band spans their smallest to largest value.",
            help="A hollow dot is one seed, not a mean.",
        )
    rate_planes(runs, "measure")


def titles(scores: Sequence[str]) -> dict[str, str]:
    """Key → title, of all numbers that can be shown against β."""
    terms = {"elbo": "ELBO in nats", "distortion": "Distortion in nats", "rate": "Rate in nats"}
    return titles_of(scores) | {name: number.title for name, number in WITHOUT_FACTORS.items()} | terms
