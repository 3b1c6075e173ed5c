"""The rate–distortion plane and KL per dimension of several runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.runs import Run

from .. import library
from ..figures.rates import rate_distortion_figure, rate_heatmap
from ..figures.style import PLAIN
from .names import labels


def track(run: Run) -> tuple[list[float], list[float]]:
    """Rates and distortions of the run's evaluations in training, without the untrained start."""
    records = [record for record in run.history()[1:] if record.get("rate") is not None]
    return [record["rate"] for record in records], [record["distortion"] for record in records]


def rate_planes(runs: Sequence[Run], page: str) -> None:
    """The rate–distortion plane and KL per dimension of the runs that have a rate; `page` for the keys of its charts."""
    measured = [run for run in runs if library.numbers(run).get("rate") is not None]
    if not measured:
        st.caption("None of these runs has a rate, so there is no rate–distortion plane.")
        return
    evaluations, names = [library.numbers(run) for run in measured], [labels(runs)[run.id] for run in measured]
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Rate and distortion")
        rates, distortions = ([evaluation[term] for evaluation in evaluations] for term in ("rate", "distortion"))
        figure = rate_distortion_figure(names, rates, distortions, [track(run) for run in measured])
        st.plotly_chart(figure, key=f"{page}.plane", config=PLAIN, alt="Rate–distortion plane")
        st.caption("Along a dotted line the ELBO is the same; faint lines show the runs during training.")
    with right:
        st.header("KL per dimension")
        figure = rate_heatmap(names, [evaluation["rate_per_dim"] for evaluation in evaluations])
        st.plotly_chart(figure, key=f"{page}.heat", config=PLAIN, alt="KL per dimension of each run")
