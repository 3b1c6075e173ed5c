"""What the Measure page asks for: runs and baselines as rows, the processes that compute them, the self-check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from vae_core.analysis import SOURCES, known_quality, known_scores
from vae_core.config import BetascopeError
from vae_core.jobs import autoencoder_beside
from vae_core.metrics.known import self_check
from vae_core.runs import Run, submit

from . import background, library


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
    job = background.working(one.run, one.command(), one.known())
    if job is None:
        st.rerun()
    if failure := job.failure():
        st.error(f"{one.run.config.name}: {failure}", icon=":material/error:")
        background.drop(one.run, one.command())
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
