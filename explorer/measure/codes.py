"""Codes beside the prior, and their response to factors."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from vae_core.analysis import Latents
from vae_core.analysis.scores.responses import correlations, responses
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..figures.tables import meanings
from .figures import correlation_figure, latent_figure, response_figure

#: At most so many dimensions are drawn.
MAX_DRAWN = 12


def busiest(codes: Latents, most: int = MAX_DRAWN) -> list[int]:
    """At most `most` dimensions that are not collapsed, largest rate first; one dimension where all are collapsed."""
    silent = set(codes.collapsed())
    return [dim for dim in codes.order() if dim not in silent][:most] or codes.order()[:1]


def response_panels(run: Run) -> None:
    """Mean codes along each factor, as in Burgess et al. 2018."""
    codes = library.latents(run)
    dims = busiest(codes)
    st.plotly_chart(response_figure(responses(codes), dims, codes.title), key=f"measure.responses.{run.id}", config=PLAIN, alt="Mean codes along each factor")  # fmt: skip
    st.caption(
        f"The mean of μ over {len(codes):,} test {run.config.item}s at each value of a factor, ± one standard deviation.",
        help="A dimension that encodes one factor varies in one column alone, in a narrow band. One that is flat in all "
        "columns encodes none.",
    )


def latent_shapes(run: Run) -> None:
    """Histograms of the test split's codes beside the prior, their statistics, and correlations of dimensions."""
    codes = library.latents(run)
    dims = busiest(codes)
    st.plotly_chart(latent_figure(codes, dims), key=f"measure.latents.{run.id}", config=PLAIN, alt="Codes beside the prior")  # fmt: skip
    prior = (
        "the prior N(0, 1)"
        if codes.standard and codes.rate is not None
        else "a normal distribution with the codes' mean and deviation"
    )
    st.caption(
        f"Bars: one draw of q(z|x) for each of {len(codes):,} test {run.config.item}s; line: {prior}.",
        help="Where the bars are far from the line, samples rarely reach the codes of data.",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        frame = statistics(codes)
        st.dataframe(frame, key=f"measure.statistics.{run.id}", hide_index=True, column_config=meanings(frame))
    with right:
        if len(dims) > 1:
            figure = correlation_figure(correlations(codes, dims), dims, codes.title)
            st.plotly_chart(figure, key=f"measure.correlations.{run.id}", config=PLAIN, alt="Correlation of dimensions")
            st.caption(f"Pearson's r of the codes of two dimensions, over the test {run.config.item}s.")


def statistics(codes: Latents) -> pd.DataFrame:
    """One row per dimension, largest rate first: KL in nats, mean and variance of μ, mean σ, and whether it is active."""
    weight, mean, variance = codes.weight_per_dim(), codes.mu.mean(0), codes.mu.var(0)
    rows = []
    for dim in codes.order():
        row: dict[str, Any] = {"Dimension": codes.title(dim)}
        row |= {"KL in nats": float(weight[dim])} if codes.rate is not None else {}
        row |= {"Mean of μ": float(mean[dim]), "Var of μ": float(variance[dim])}
        row |= {} if codes.sigma is None else {"Mean σ": float(codes.sigma[:, dim].mean())}
        rows.append(row | {"Active": bool(variance[dim] > 0.01)})
    return pd.DataFrame(rows).round(4)
