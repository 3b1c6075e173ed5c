"""The table of scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from vae_core.analysis import WITHOUT_FACTORS, cached_quality, cached_scores, scores_without_factors, seed_groups
from vae_core.config import BetascopeError
from vae_core.metrics.bootstrap import Estimate
from vae_core.metrics.disentanglement import SCORES
from vae_core.runs import Run

from .. import library
from ..figures.tables import bold
from ..runs.names import labels
from .subjects import Subject

TITLES = {number: title for score in SCORES.values() for number, title in score.numbers.items()}
#: Column → whether the larger number is the better one; columns without a best are not here.
BETTER = dict.fromkeys(TITLES.values(), True) | {
    number.title: number.higher_is_better for number in WITHOUT_FACTORS.values() if number.higher_is_better is not None
}
QUALITY = {"fid": "FID", "fid_real": "FID of real images", "kid": "KID"}


class Shown(float):
    """A float that is shown with ± half of its interval; `ends`: of the interval, if there is one."""

    ends: tuple[float, float] | None

    @classmethod
    def from_estimate(cls, estimate: Estimate) -> Shown:
        """The estimate's value, with the ends of its interval if it has one."""
        shown = cls(estimate.value)
        shown.ends = None if estimate.low is None or estimate.high is None else (estimate.low, estimate.high)
        return shown

    def __str__(self) -> str:
        return f"{float(self):.3f}" + ("" if self.ends is None else f" ± {(self.ends[1] - self.ends[0]) / 2:.3f}")


def table(subjects: Sequence[Subject], scores: Sequence[str]) -> pd.DataFrame:
    """One row for each subject: β, seed, those of `scores` that are cached, and scores without factors."""
    runs = [subject.run for subject in subjects if subject.source == "codes"]
    names, udr_of_run = labels(runs), udr_of(runs)
    rows = []
    for subject in subjects:
        is_run = subject.source == "codes"
        row: dict[str, Any] = {"Run": subject.title(names if is_run else {subject.run.id: ""})}
        row |= (
            {"β": beta_of(subject.run), "Seed": subject.run.config.train.seed}
            if is_run
            else {"β": np.nan, "Seed": np.nan}
        )
        estimates: dict[str, Estimate] = {}
        for name in scores:  # one by one: some are cached while slow ones are still computed
            estimates |= cached_scores(subject.run, [name], of=subject.source) or {}
        row |= {title: Shown.from_estimate(estimates[number]) if number in estimates else np.nan for number, title in titles_of(scores).items()}  # fmt: skip
        if udr_of_run:
            row["UDR"] = udr_of_run.get(subject.run.id, np.nan) if is_run else np.nan
        other_scores: dict[str, Any] = {}
        try:
            other_scores = scores_without_factors(subject.run) if is_run else {}
        except BetascopeError as error:
            st.caption(f"{row['Run']}: {error}")
        row |= {number.title: other_scores.get(name, np.nan) for name, number in WITHOUT_FACTORS.items()}
        quality = (cached_quality(subject.run) or {}) if subject.generation and is_run else {}
        if any(subject.generation for subject in subjects):
            row |= {title: quality.get(name, np.nan) for name, title in QUALITY.items()}
            row["Seen through"] = quality.get("features", "")
        rows.append(row)
    return pd.DataFrame(rows, dtype=object).set_index("Run")  # a float column would lose the intervals


def points_of(frame: pd.DataFrame) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Run → score → value and the ends of its interval (the value itself without one), of the scores in a table."""
    found = {
        str(run): {
            title: (float(value), *(value.ends or (float(value), float(value))))
            for title, value in row.items()
            if title in TITLES.values() and isinstance(value, Shown)
        }
        for run, row in frame.iterrows()
    }
    return {run: points for run, points in found.items() if points}


def beta_of(run: Run) -> float:
    """The run's β, NaN where it has none."""
    return np.nan if run.config.beta is None else run.config.beta


def titles_of(scores: Sequence[str]) -> dict[str, str]:
    """Key of a number → title, of these scores."""
    return {number: TITLES[number] for name in scores for number in SCORES[name].numbers}


def udr_of(runs: Sequence[Run]) -> dict[str, float]:
    """Run id → UDR among the runs that differ from it only by the seed; runs without such siblings are left out."""
    udr_of_run: dict[str, float] = {}
    for group in seed_groups(runs):
        with suppress(BetascopeError):  # a family without a rate
            found = library.reproducibility(group)
            udr_of_run |= {run.id: float(score) for run, score in zip(group, found.udr, strict=True)}
    return udr_of_run


def with_best(frame: pd.DataFrame) -> object:
    """The table with the best run of each column in bold, where larger or smaller is better."""

    def text(value: object) -> str:
        return f"{value:.3f}" if type(value) is float else str(value)

    digits: dict[Any, Any] = dict.fromkeys(frame.columns, text) | {
        "β": "{:g}",
        "Seed": "{:.0f}",
        "Active units": "{:.0f}",
    }
    # Baselines, which have no seed, are never marked as best.
    runs = frame["Seed"].notna() if "Seed" in frame else pd.Series(True, index=frame.index)
    differ = {name: BETTER[name] for name in frame if name in BETTER and frame[name][runs].astype(float).nunique() > 1}
    return bold(frame.style.format(digits, na_rep="–"), differ, runs)
