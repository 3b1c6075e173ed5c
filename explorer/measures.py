"""The table of the Measure page: scores with intervals, what needs no factors, agreement of seeds, baselines; its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from vae_core.analysis import SOURCES, WITHOUT_FACTORS, known_quality, known_scores, scores_without_factors
from vae_core.config import BetascopeError
from vae_core.jobs import autoencoder_beside
from vae_core.metrics.disentanglement import SCORES
from vae_core.metrics.judged import Estimate
from vae_core.metrics.known import self_check
from vae_core.metrics.udr import udr
from vae_core.runs import Run, submit

from . import background, library
from .comparison import labels

TITLES = {number: title for score in SCORES.values() for number, title in score.numbers.items()}
#: Column → whether the larger number is the better one; columns without a best are not here.
BETTER = dict.fromkeys(TITLES.values(), True) | {
    number.title: number.higher_is_better for number in WITHOUT_FACTORS.values() if number.higher_is_better is not None
}
BETTER |= {"UDR": True, "FID": False, "KID": False}
QUALITY = {"fid": "FID", "fid_real": "FID of real images", "kid": "KID"}


@dataclass(frozen=True)
class Subject:
    """What a row is of: a run, or a baseline on its images; what is asked of it: scores, and FID and KID."""

    run: Run
    of: str = "codes"
    scores: tuple[str, ...] = ()
    generation: bool = False

    def known(self) -> bool:
        """Whether all that is asked is in the cache."""
        generation = self.generation and self.of == "codes"
        return known_scores(self.run, self.scores, of=self.of) is not None and not (
            generation and known_quality(self.run) is None
        )

    def command(self) -> list[str]:
        """What computes it: arguments of `python -m vae_core`."""
        command = ["metrics", self.run.id, "--scores", ",".join(self.scores), "--of", self.of]
        return command + (["--features", "auto"] if self.generation and self.of == "codes" else [])

    def title(self, names: dict[str, str]) -> str:
        dims = self.run.config.model.code_width
        return {"codes": names[self.run.id], "pca": f"PCA, {dims} components", "factors": "The factors themselves"}[
            self.of
        ]


class Shown(float):
    """A number that sorts as one and is shown with half of its interval."""

    off: float | None

    @classmethod
    def of(cls, one: Estimate) -> Shown:
        shown = cls(one.value)
        shown.off = None if one.low is None or one.high is None else (one.high - one.low) / 2
        return shown

    def __str__(self) -> str:
        return f"{float(self):.3f}" + ("" if self.off is None else f" ± {self.off:.3f}")


def baselines(runs: Sequence[Run], scores: Sequence[str]) -> list[Subject]:
    """For each set of images the baselines, with as many dimensions as its first run."""
    first = {run.config.fingerprint: run for run in reversed(runs)}
    return [Subject(run, of, tuple(scores)) for run in first.values() for of in SOURCES if of != "codes"]


def autoencoders(runs: Sequence[Run]) -> list[Run]:
    """Autoencoders that saw the same images and have as many dimensions as one of these runs, and are not among them."""
    wanted = {(run.config.fingerprint, run.config.model.code_width) for run in runs}
    ids = {run.id for run in runs}
    return [
        other for other in library.openable_runs()
        if other.config.family == "autoencoder" and other.id not in ids and (other.config.fingerprint, other.config.model.code_width) in wanted
    ]  # fmt: skip


def offer_autoencoder(run: Run) -> None:
    """A button that trains the classical baseline, where there is none yet."""
    if any(other.config.family == "autoencoder" and other.config.fingerprint == run.config.fingerprint for other in library.active_runs()):  # fmt: skip
        st.caption("The autoencoder is being trained; see Train.")
    elif st.button(f"Train an autoencoder like {run.config.name}", icon=":material/model_training:", key="measure.autoencoder"):  # fmt: skip
        try:
            submit(library.store(), autoencoder_beside(run))
        except BetascopeError as error:
            st.error(f"{error} Train one on the Train page.", icon=":material/error:")
        else:
            st.rerun()


def table(of: Sequence[Subject], scores: Sequence[str]) -> pd.DataFrame:
    """One row for each: β, seed, those of `scores` that are known, and what needs no factors."""
    runs = [one.run for one in of if one.of == "codes"]
    names, agreed = labels(runs), agreements(runs)
    rows = []
    for one in of:
        own = one.of == "codes"
        row: dict[str, Any] = {"Run": one.title(names if own else {one.run.id: ""})}
        row |= {"β": beta_of(one.run), "Seed": one.run.config.train.seed} if own else {"β": np.nan, "Seed": np.nan}
        known = known_scores(one.run, scores, of=one.of) or {}
        row |= {title: Shown.of(known[number]) if number in known else np.nan for number, title in titles_of(scores).items()}  # fmt: skip
        if agreed:
            row["UDR"] = agreed.get(one.run.id, np.nan) if own else np.nan
        more: dict[str, Any] = {}
        try:
            more = scores_without_factors(one.run) if own else {}
        except BetascopeError as error:
            st.caption(f"{row['Run']}: {error}")
        row |= {number.title: more.get(name, np.nan) for name, number in WITHOUT_FACTORS.items()}
        quality = (known_quality(one.run) or {}) if one.generation and own else {}
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

    def bold(column: pd.Series) -> list[str]:
        higher = BETTER.get(str(column.name))
        numbers = pd.to_numeric(column.astype(float))
        # What nobody can reach, and what needs no training, win no medals.
        runs = numbers[frame["Seed"].notna()] if "Seed" in frame else numbers
        if higher is None or runs.notna().sum() < 2 or runs.nunique() < 2:
            return [""] * len(column)
        best = runs.max() if higher else runs.min()
        kept = frame["Seed"].notna() if "Seed" in frame else numbers.notna()
        return ["font-weight: 700" if value == best and own else "" for value, own in zip(numbers, kept, strict=True)]

    def text(value: object) -> str:
        return str(value) if isinstance(value, Shown) else f"{value:.3f}"

    digits: dict[Any, Any] = dict.fromkeys(frame.columns, text) | {"β": "{:g}", "Seed": "{:.0f}"}
    digits["Active units"] = "{:.0f}"
    return frame.style.format(digits, na_rep="–").apply(bold, axis=0)


def csv(frame: pd.DataFrame) -> str:
    """The table with the ends of each interval in columns of their own, numbers in full."""
    out = pd.DataFrame(index=frame.index)
    for name, column in frame.items():
        out[name] = column.map(lambda value: float(value) if isinstance(value, Shown) else value)
        offs = column.map(lambda value: value.off if isinstance(value, Shown) else None)
        if offs.notna().any():
            out[f"{name} ±"] = offs
    return str(out.to_csv())


def latex(frame: pd.DataFrame) -> str:
    """The table for a paper, with booktabs; columns without any number are left out."""

    def cell(value: object) -> object:
        return str(value).replace("±", "$\\pm$") if isinstance(value, Shown) else value

    kept = frame.dropna(axis=1, how="all")
    kept = kept.rename(index=_escaped, columns=_escaped).map(cell)
    return str(kept.to_latex(float_format="%.3f", na_rep="--", escape=False))


def _escaped(text: str) -> str:
    for sign in "&%$#_{}":
        text = text.replace(sign, "\\" + sign)
    return text.replace("β", "$\\beta$")


def compute(of: Sequence[Subject]) -> None:
    """A button for what is not known yet, and how far it is; one after the other, for each takes all cores."""
    missing = [one for one in of if not one.known()]
    started: set[tuple[str, str]] = st.session_state.setdefault("measure.started", set())
    waiting = [one for one in missing if (one.run.id, one.of) in started]
    if missing and not waiting:
        words = f"Measure {len(missing)} row{'s' if len(missing) > 1 else ''}"
        st.button(
            words, type="primary", icon=":material/straighten:", on_click=started.update,
            args=([(one.run.id, one.of) for one in missing],), key="measure.start",
        )  # fmt: skip
        slow = "; DCI with the reference's gradient boosting takes minutes" if "dci" in missing[0].scores else ""
        st.caption(f"About half a minute each{slow}.")
    if waiting:
        _follow(waiting, started)


def _follow(waiting: Sequence[Subject], started: set[tuple[str, str]]) -> None:
    """The first of these in a process of its own, and a line on it."""
    one = waiting[0]
    job = background.measure(one.run, one.command(), one.known())
    if job is None:
        st.rerun()
    if failure := job.failure():
        st.error(f"{one.run.config.name}: {failure}", icon=":material/error:")
        background.forget_measure(one.run, one.command())
        started.discard((one.run.id, one.of))
        return
    name = one.title({one.run.id: one.run.config.name})

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if job.process.poll() is not None:
            st.rerun()
        more = f"; {len(waiting) - 1} more to go." if len(waiting) > 1 else "."
        done = sum(known_scores(one.run, [score], of=one.of) is not None for score in one.scores)
        st.progress(
            done / (len(one.scores) + one.generation or 1),
            f"{name} is being measured, {job.seconds():.0f} s so far{more}",
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
