"""Numbers that take long: a button, a command in a process of its own, and its progress."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.runs import Run

from ..jobs.commands import forget, job_for


def computed(run: Run, command: Sequence[str], finished: bool, label: str, key: str) -> bool:
    """Whether a command's result is there; else a button that starts it, how long it has run, or why it failed."""
    started: set[tuple[str, ...]] = st.session_state.setdefault("apply.started", set())
    name = (run.id, str(run.requested_beta), *command)
    if finished:
        job_for(run, command, finished=True)
        started.discard(name)
        return True
    if name not in started:
        st.button(label, icon=":material/play_arrow:", key=key, on_click=started.add, args=(name,))
        return False
    job = job_for(run, command, finished=False)
    assert job is not None
    if failure := job.failure():
        st.error(failure, icon=":material/error:")
        forget(run, command)
        started.discard(name)
        return False

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if job.process.poll() is not None:
            st.rerun()
        st.caption(f"Computing, {job.seconds():.0f} s so far …")

    watch()
    return False
