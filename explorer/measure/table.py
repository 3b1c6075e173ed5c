"""The table of scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from vae_core.analysis import WITHOUT_FACTORS, cached_quality, cached_scores, scores_without_factors
from vae_core.config import BetascopeError
from vae_core.metrics.bootstrap import Estimate
from vae_core.metrics.disentanglement import SCORES
from vae_core.metrics.udr import udr
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
    """A number that sorts as one and is shown with half of its interval."""

    ends: tuple[float, float] | None

    @classmethod
    def of(cls, one: Estimate) -> Shown:
        shown = cls(one.value)
        shown.ends = None if one.low is None or one.high is None else (one.low, one.high)
        return shown

    def __str__(self) -> str:
        return f"{float(self):.3f}" + ("" if self.ends is None else f" ± {(self.ends[1] - self.ends[0]) / 2:.3f}")


def table(of: Sequence[Subject], scores: Sequence[str]) -> pd.DataFrame:
    """One row for each: β, seed, those of `scores` that are known, and what needs no factors."""
    runs = [one.run for one in of if one.of == "codes"]
    names, agreed = labels(runs), agreements(runs)
    rows = []
    for one in of:
        own = one.of == "codes"
        row: dict[str, Any] = {"Run": one.title(names if own else {one.run.id: ""})}
        row |= {"β": beta_of(one.run), "Seed": one.run.config.train.seed} if own else {"β": np.nan, "Seed": np.nan}
        known: dict[str, Estimate] = {}
        for name in scores:  # what is known of them, while the slow ones are still computed
            known |= cached_scores(one.run, [name], of=one.of) or {}
        row |= {title: Shown.of(known[number]) if number in known else np.nan for number, title in titles_of(scores).items()}  # fmt: skip
        if agreed:
            row["UDR"] = agreed.get(one.run.id, np.nan) if own else np.nan
        more: dict[str, Any] = {}
        try:
            more = scores_without_factors(one.run) if own else {}
        except BetascopeError as error:
            st.caption(f"{row['Run']}: {error}")
        row |= {number.title: more.get(name, np.nan) for name, number in WITHOUT_FACTORS.items()}
        quality = (cached_quality(one.run) or {}) if one.generation and own else {}
        if any(other.generation for other in of):
            row |= {title: quality.get(name, np.nan) for name, title in QUALITY.items()}
            row["Seen through"] = quality.get("features", "")
        rows.append(row)
    return pd.DataFrame(rows, dtype=object).set_index("Run")  # plain floats would forget their intervals


def beta_of(run: Run) -> float:
    """The run's β, NaN where it has none."""
    return np.nan if run.config.beta is None else run.config.beta


def titles_of(scores: Sequence[str]) -> dict[str, str]:
    """Number → title, of these scores."""
    return {number: TITLES[number] for name in scores for number in SCORES[name].numbers}


def agreements(runs: Sequence[Run]) -> dict[str, float]:
    """Run id → UDR among the runs that differ from it by their seed alone; empty where no run has such siblings."""
    groups: dict[Any, list[Run]] = {}
    for run in runs:
        alike = (run.config.fingerprint, run.config.family, run.config.model, replace(run.config.train, seed=0))
        groups.setdefault(alike, []).append(run)
    found: dict[str, float] = {}
    for group in groups.values():
        codes = [library.latents(run) for run in group]
        rates = [one.rate for one in codes]
        if len(group) < 2 or any(rate is None for rate in rates):
            continue
        scores = udr([one.mu.astype(np.float64) for one in codes], [one.weight_per_dim() for one in codes])
        found |= {run.id: score for run, score in zip(group, scores, strict=True)}
    return found


def with_best(frame: pd.DataFrame) -> object:
    """The table with the best run of each column in bold, where one is best."""

    def text(value: object) -> str:
        return f"{value:.3f}" if type(value) is float else str(value)

    digits: dict[Any, Any] = dict.fromkeys(frame.columns, text) | {
        "β": "{:g}",
        "Seed": "{:.0f}",
        "Active units": "{:.0f}",
    }
    # What nobody can reach, and what needs no training, win no medals.
    runs = frame["Seed"].notna() if "Seed" in frame else pd.Series(True, index=frame.index)
    differ = {name: BETTER[name] for name in frame if name in BETTER and frame[name][runs].astype(float).nunique() > 1}
    return bold(frame.style.format(digits, na_rep="–"), differ, runs)
