"""What the Measure page shows and does: the table of scores, the matrices behind two of them, jobs, the self-check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from vae_core.analysis import WITHOUT_FACTORS, known_scores, scores_without_factors
from vae_core.config import BetascopeError
from vae_core.metrics.disentanglement import SCORES
from vae_core.metrics.known import self_check
from vae_core.runs import Run

from . import background
from .comparison import labels

TITLES = {number: title for score in SCORES.values() for number, title in score.numbers.items()}
#: Of these a smaller number is the better one.
SMALLER = set(WITHOUT_FACTORS.values()) - {WITHOUT_FACTORS["probe_accuracy"]}


def table(runs: Sequence[Run], scores: Sequence[str]) -> pd.DataFrame:
    """One row per run: β, seed, the scores that are known, and what needs no factors."""
    rows = []
    for run in runs:
        row = {"Run": labels(runs)[run.id], "β": run.config.beta, "Seed": run.config.train.seed}
        known = known_scores(run, scores) or {}
        row |= {title: known.get(number) for number, title in titles_of(scores).items()}
        try:
            more = scores_without_factors(run)
        except BetascopeError:
            more = {}  # neither codes nor data at hand
        row |= {title: more.get(number) for number, title in WITHOUT_FACTORS.items()}
        rows.append(row)
    return pd.DataFrame(rows).set_index("Run")


def titles_of(scores: Sequence[str]) -> dict[str, str]:
    """Number → title, of these scores."""
    return {number: TITLES[number] for name in scores for number in SCORES[name].numbers}


def with_best(frame: pd.DataFrame) -> object:
    """The table with the best of each column in bold, where one is best."""

    def bold(column: pd.Series) -> list[str]:
        numbers = pd.to_numeric(column)
        if column.name in ("β", "Seed") or numbers.notna().sum() < 2 or numbers.nunique() < 2:
            return [""] * len(column)
        best = numbers.min() if column.name in SMALLER else numbers.max()
        return ["font-weight: 700" if value == best else "" for value in numbers]

    digits = dict.fromkeys(frame.columns, "{:.3f}") | {"β": "{:g}", "Seed": "{:g}"}
    return frame.style.format(digits, na_rep="–").apply(bold, axis=0)


def latex(frame: pd.DataFrame) -> str:
    """The table for a paper, with booktabs; columns without any number are left out."""
    kept = frame.dropna(axis=1, how="all")
    return kept.to_latex(float_format="%.3f", na_rep="--", escape=True)


def matrix_figure(matrix: NDArray[np.float64], order: Sequence[int], factors: Sequence[str], unit: str) -> go.Figure:
    """Dimensions, in this order, against factors: `matrix (D, F)` as a heat map with its numbers."""
    shown = matrix[list(order)]
    figure = go.Figure(
        go.Heatmap(
            z=shown, x=[name.replace("_", " ") for name in factors], y=[f"z{dim}" for dim in order], colorscale="Viridis",
            zmin=0, xgap=2, ygap=2, texttemplate="%{z:.2f}" if len(order) <= 24 else None,
            colorbar={"thickness": 10, "title": {"text": unit}, "outlinewidth": 0},
            hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, side="top")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure.update_layout(
        height=130 + 26 * len(order), margin={"l": 8, "r": 8, "t": 16, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip


def compute(runs: Sequence[Run], scores: Sequence[str]) -> None:
    """A button for what is not known yet, and how far it is; one run after the other, for each takes all cores."""
    missing = [run for run in runs if known_scores(run, scores) is None]
    started: set[str] = st.session_state.setdefault("measure.started", set())
    waiting = [run for run in missing if run.id in started]
    if missing and not waiting:
        words = f"Measure {len(missing)} run{'s' if len(missing) > 1 else ''}"
        st.button(
            words, type="primary", icon=":material/straighten:", on_click=started.update, args=([run.id for run in missing],),
            key="measure.start",
        )  # fmt: skip
        slow = "; DCI with the reference's gradient boosting takes minutes" if "dci" in scores else ""
        st.caption(f"About half a minute each{slow}.")
    if waiting:
        _follow(waiting, scores, started)


def _follow(waiting: Sequence[Run], scores: Sequence[str], started: set[str]) -> None:
    """The first of these runs in a process of its own, and a line on it."""
    run = waiting[0]
    job = background.measure(run, scores, start=True)
    if job is None:
        st.rerun()
    if failure := job.failure():
        st.error(f"{run.config.name}: {failure}", icon=":material/error:")
        background.forget_measure(run, scores)
        started.discard(run.id)
        return

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if job.process.poll() is not None:
            st.rerun()
        more = f"; {len(waiting) - 1} more to go." if len(waiting) > 1 else "."
        st.info(
            f"{run.config.name} is being measured, {job.seconds():.0f} s so far{more}", icon=":material/hourglass_top:"
        )

    watch()


def check() -> None:
    """Known answers on this machine."""
    with st.expander("Check the scores on this computer", icon=":material/fact_check:"):
        st.caption("Hand-made codes with known answers: expected beside found. About ten seconds.")
        if st.button("Check", key="measure.check"):
            bar = st.progress(0.0)
            st.session_state["measure.checks"] = self_check(lambda done, total: bar.progress(done / total))
            bar.empty()
        checks = st.session_state.get("measure.checks")
        if checks:
            wrong = [one for one in checks if not one.holds]
            if wrong:
                st.error(f"{len(wrong)} of {len(checks)} known answers are not found here.", icon=":material/error:")
            else:
                st.success(f"All {len(checks)} known answers are found.", icon=":material/check:")
            st.dataframe(
                [
                    {"Code": one.code, "Number": one.number, "Expected": one.expected, "Found": one.found, "Holds": one.holds}
                    for one in checks
                ],
                key="measure.checked",
            )  # fmt: skip
