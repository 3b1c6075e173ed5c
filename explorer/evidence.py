"""Why scores are what they are: matrices whose cells open, response curves, codes beside the prior, scores over β."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st
import torch

from vae_core.analysis import (
    WITHOUT_FACTORS,
    Latents,
    dci_importance,
    known_scores,
    scores_without_factors,
    traverse,
)
from vae_core.analysis.responses import correlations, information_in_view, responses, rows_along
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

from . import library
from .comparison import labels, track
from .factor_figures import (
    correlation_figure,
    latent_figure,
    matrix_figure,
    over_beta,
    response_figure,
)
from .figures import PLAIN, rate_distortion_figure, rate_heatmap
from .images import png_address, sheet
from .measures import titles_of
from .navigation import go
from .pictures import decoded, originals
from .state import session
from .widgets import among

#: Images on a strip, and how far a traversal goes.
STEPS, REACH = 11, 3.0
#: The test image that a traversal starts from.
ANCHOR = 0
#: More dimensions than this are not drawn at once.
MOST = 12


def busiest(codes: Latents, most: int = MOST) -> list[int]:
    """The dimensions that carry anything, those that carry most first; the first of all where none does."""
    silent = set(codes.collapsed())
    return [dim for dim in codes.order() if dim not in silent][:most] or codes.order()[:1]


def matrices(run: Run) -> None:
    """What the MIG and DCI look at; a click on a cell shows its dimension beside its factor."""
    codes = library.latents(run)
    order = codes.order()
    shares, factors, where = information_in_view(run, codes)
    words = (
        f"I(z; factor) over the factor's entropy, in 20 bins, {where}: the MIG is the gap between a column's two largest. "
        "Click a cell to see its dimension beside its factor."
    )
    shown = [("Information", shares, "share", words)]
    if known_scores(run, ["dci"]) is not None:
        words = "How much each dimension tells a classifier of each factor: DCI asks whether rows and columns are pure."
        shown.append(("Importance", dci_importance(run).matrix, "", words))
    picked = None
    for place, (title, matrix, unit, words) in zip(st.columns(2, gap="large"), shown, strict=False):
        with place:
            st.subheader(title)
            event = st.plotly_chart(
                matrix_figure(matrix, order, factors, unit), key=f"measure.{title}.{run.id}", on_select="rerun",
                selection_mode="points", config=PLAIN, alt=f"{title} of dimensions and factors",
            )  # fmt: skip
            st.caption(words)
            for point in event["selection"]["points"][:1]:
                picked = int(point["customdata"][0]), int(point["customdata"][1])
    best = tuple(int(place) for place in np.unravel_index(shares.argmax(), shares.shape))
    dim, factor = picked or (best[0], best[1])
    beside(run, codes, dim, factors[factor], float(shares[dim, factor]))


def beside(run: Run, codes: Latents, dim: int, factor: str, share: float) -> None:
    """A dimension's traversal over the images along a factor."""
    title = factor.replace("_", " ")
    st.subheader(f"z{dim} and {title}")
    prior = codes.rate is not None and codes.standard
    where = f"z{dim} from −{REACH:g} to {REACH:g} σ" if prior else f"z{dim} over {2 * REACH:g} deviations of the codes"
    st.caption(
        f"z{dim} tells {share:.0%} of {title}. Above: the model draws {where}, all else as in test image {ANCHOR}. "
        f"Below: test images along {title}, as near to that image as there are in all else."
    )
    model = library.model_of(run)
    if isinstance(model, VQVAE):
        st.info("A code that is a grid of words has no sliders.", icon=":material/grid_on:")
    else:
        centre, deviation = codes.spread()
        values = (centre[dim] + np.linspace(-REACH, REACH, STEPS) * deviation[dim]).tolist()
        label = None if codes.labels is None else int(codes.labels[ANCHOR])
        strip = traverse(model, torch.from_numpy(codes.mu[ANCHOR]), dim, values, label)
        show_strip(strip, f"Traversal of z{dim}")
    assert codes.factors is not None, "asked for runs with factors only"
    rows = rows_along(codes.factors, codes.factor_names.index(factor), ANCHOR, STEPS)
    found = originals(run, rows)
    show_strip(decoded(run, rows) if found is None else found, f"Test images along {title}")
    if st.button(f"Drag z{dim}", icon=":material/tune:", key="measure.go"):
        session().run = run.id
        session().stand_at(run.id, codes.mu[ANCHOR].tolist(), ANCHOR)
        go("traverse")


def show_strip(images: torch.Tensor, words: str) -> None:
    """Up to `STEPS` images in a row, each as large as if there were as many."""
    width = "stretch" if len(images) == STEPS else 92 * len(images)
    st.image(png_address(sheet(images, len(images))), width=width, alt=words)


def response_panels(run: Run) -> None:
    """Mean codes along each factor, as in Burgess et al. 2018."""
    codes = library.latents(run)
    dims = busiest(codes)
    st.plotly_chart(response_figure(responses(codes), dims), key=f"measure.responses.{run.id}", config=PLAIN, alt="Mean codes along each factor")  # fmt: skip
    st.caption(
        f"The mean of mu over {len(codes):,} test images at each value of a factor, ± one standard deviation. A dimension that stands for one "
        "factor moves in one column alone, in a narrow band; flat everywhere, it tells of none."
    )


def latent_shapes(run: Run) -> None:
    """The codes of all test images beside the prior, their numbers, and how dimensions go together."""
    codes = library.latents(run)
    dims = busiest(codes)
    st.plotly_chart(latent_figure(codes, dims), key=f"measure.latents.{run.id}", config=PLAIN, alt="Codes beside the prior")  # fmt: skip
    prior = (
        "the prior N(0, 1)"
        if codes.standard and codes.rate is not None
        else "a normal law of the codes' own mean and deviation"
    )
    st.caption(f"Bars: one draw of q(z|x) of each of {len(codes):,} test images. Line: {prior}. Draws far from the line are decoded from codes that samples never visit.")  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.dataframe(statistics(codes), key=f"measure.statistics.{run.id}", hide_index=True)
    with right:
        if len(dims) > 1:
            figure = correlation_figure(correlations(codes, dims), dims)
            st.plotly_chart(figure, key=f"measure.correlations.{run.id}", config=PLAIN, alt="Correlation of dimensions")
            st.caption("Pearson's r of the codes of two dimensions, over the test images.")


def statistics(codes: Latents) -> pd.DataFrame:
    """One row per dimension, those that carry most first."""
    weight, mean, variance = codes.weight_per_dim(), codes.mu.mean(0), codes.mu.var(0)
    rows = []
    for dim in codes.order():
        row = {"Dimension": f"z{dim}"}
        row |= {"KL in nats": float(weight[dim])} if codes.rate is not None else {}
        row |= {"Mean of μ": float(mean[dim]), "Var of μ": float(variance[dim])}
        row |= {} if codes.sigma is None else {"Mean σ": float(codes.sigma[:, dim].mean())}
        rows.append(row | {"Active": bool(variance[dim] > 0.01)})
    return pd.DataFrame(rows).round(4)


def along_beta(runs: Sequence[Run], scores: Sequence[str]) -> None:
    """A number against β with seeds as bands, the rate–distortion plane, and KL per dimension of each run."""
    points: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for run in runs:
        if run.config.beta is None:
            continue
        values = library.numbers(run) | {number: one.value for name in scores for number, one in (known_scores(run, [name]) or {}).items()}  # fmt: skip
        with suppress(BetascopeError):  # neither codes nor data at hand; told on the first tab
            values |= scores_without_factors(run)
        group = f"{family(run.config.family).title} · {run.config.data.name}"
        for name, title in titles(scores).items():
            if isinstance(value := values.get(name), int | float):
                points.setdefault(title, {}).setdefault(group, []).append((run.config.beta, float(value)))
    if not points:
        st.info("None of these runs has a β.", icon=":material/info:")
    else:
        title = st.selectbox("Number", list(points), key=among("measure.number", list(points)), width=320)
        st.plotly_chart(over_beta(points[title], title), key="measure.over", config=PLAIN, alt=f"{title} over β")
        st.caption("A line joins the medians over seeds, a band goes from the least to the largest. A hollow dot is one seed, not a mean.")  # fmt: skip
    rate_planes(runs, "measure")


def rate_planes(runs: Sequence[Run], page: str) -> None:
    """The rate–distortion plane and KL per dimension of the runs that have a rate; `page` for the keys of its charts."""
    measured = [run for run in runs if library.numbers(run).get("rate") is not None]
    if not measured:
        st.caption("None of these runs has a rate, so there is no rate–distortion plane.")
        return
    found, names = [library.numbers(run) for run in measured], [labels(runs)[run.id] for run in measured]
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Rate and distortion")
        rates, distortions = ([item[term] for item in found] for term in ("rate", "distortion"))
        figure = rate_distortion_figure(names, rates, distortions, [track(run) for run in measured])
        st.plotly_chart(figure, key=f"{page}.plane", config=PLAIN, alt="Rate–distortion plane")
        st.caption("Along a dotted line the ELBO is the same; faint lines are the way each run came in training.")
    with right:
        st.subheader("KL per dimension")
        figure = rate_heatmap(names, [item["rate_per_dim"] for item in found])
        st.plotly_chart(figure, key=f"{page}.heat", config=PLAIN, alt="KL per dimension of each run")


def titles(scores: Sequence[str]) -> dict[str, str]:
    """Number → title, of all that may stand against β."""
    plain = {"elbo": "ELBO in nats", "distortion": "Distortion in nats", "rate": "Rate in nats"}
    return titles_of(scores) | {name: number.title for name, number in WITHOUT_FACTORS.items()} | plain
