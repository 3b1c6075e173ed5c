"""Scores that are not cached yet, computed by processes of their own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.analysis import cached_scores
from vae_core.config import BetascopeError
from vae_core.jobs import autoencoder_beside
from vae_core.runs import Run, submit

from .. import library
from ..jobs import commands as background
from .subjects import Subject


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
        done = sum(cached_scores(one.run, [score], of=one.of) is not None for score in one.scores)
        st.progress(
            done / (len(one.scores) + one.generation or 1),
            f"{name} is being measured, {job.seconds():.0f} s so far{more}",
        )

    watch()
