"""Scores that are not cached yet, computed in processes of their own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.analysis import cached_scores
from vae_core.config import BetascopeError
from vae_core.jobs import autoencoder_beside
from vae_core.runs import Run

from .. import library
from ..access.modes import allowed
from ..jobs import commands as background
from ..presses import pressed
from ..runs.actions import queue
from .subjects import Subject


def offer_autoencoder(run: Run) -> None:
    """A button that trains an autoencoder like `run` as a baseline; a caption while one trains."""
    if any(other.config.family == "autoencoder" and other.config.fingerprint == run.config.fingerprint for other in library.active_runs()):  # fmt: skip
        st.caption("The autoencoder is being trained; see Train.")
    elif allowed("train") and pressed(f"Train an autoencoder like {run.config.name}", icon=":material/model_training:", key="measure.autoencoder"):  # fmt: skip
        try:
            queue([autoencoder_beside(run)])
        except BetascopeError as error:
            st.error(f"{error} Train one on the Train page.", icon=":material/error:")
        else:
            st.rerun()


def compute(subjects: Sequence[Subject]) -> None:
    """A button that computes missing numbers, and its progress; one subject at a time, as each uses all cores."""
    missing = [subject for subject in subjects if not subject.is_cached()]
    started: set[tuple[str, str]] = st.session_state.setdefault("measure.started", set())
    waiting = [subject for subject in missing if (subject.run.id, subject.source) in started]
    if missing and not waiting:
        label = f"Measure {len(missing)} row{'s' if len(missing) > 1 else ''}"
        st.button(
            label, type="primary", icon=":material/straighten:", on_click=started.update,
            args=([(subject.run.id, subject.source) for subject in missing],), key="measure.start",
        )  # fmt: skip
        slow = "; DCI with the reference's gradient boosting takes minutes" if "dci" in missing[0].scores else ""
        st.caption(f"About half a minute each{slow}.")
    if waiting:
        _follow(waiting, started)


def _follow(waiting: Sequence[Subject], started: set[tuple[str, str]]) -> None:
    """Compute the first of these in a process of its own, and show its progress."""
    subject = waiting[0]
    job = background.job_for(subject.run, subject.command(), finished=subject.is_cached())
    if job is None:
        st.rerun()
    if failure := job.failure():
        st.error(f"{subject.run.config.name}: {failure}", icon=":material/error:")
        background.forget(subject.run, subject.command())
        started.discard((subject.run.id, subject.source))
        return
    name = subject.title({subject.run.id: subject.run.config.name})

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if job.process.poll() is not None:
            st.rerun()
        more = f"; {len(waiting) - 1} more to go." if len(waiting) > 1 else "."
        done = sum(cached_scores(subject.run, [score], of=subject.source) is not None for score in subject.scores)
        st.progress(
            done / (len(subject.scores) + subject.generation or 1),
            f"{name} is being measured, {job.seconds():.0f} s so far{more}",
        )

    watch()
