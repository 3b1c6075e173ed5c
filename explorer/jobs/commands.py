"""What takes long, done by a process of its own while the page goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from vae_core.runs import Run


@dataclass
class Job:
    """A result in the making."""

    process: subprocess.Popen[bytes]
    errors: Path
    started: float

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def failure(self) -> str | None:
        """The last line it said, once it has failed; None while it runs or when it went well."""
        if not self.process.poll():
            return None
        lines = self.errors.read_text(encoding="utf8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"The process ended with code {self.process.returncode}."


@st.cache_resource
def _jobs() -> dict[tuple[str, ...], Job]:
    return {}


def working(run: Run, command: Sequence[str], there: bool) -> Job | None:
    """The job of this command on a run, at the β it is seen at, started if need be; None when its result is there."""
    if there:
        drop(run, command)
        return None
    job = _jobs().get(_key(run, command))
    if job is None:
        at = [] if run.requested_beta is None else ["--at", str(run.requested_beta)]
        job = _jobs()[_key(run, command)] = _start(run, [*command, *at])
    return job


def drop(run: Run, command: Sequence[str]) -> None:
    """Forget a job: the next ask starts it again."""
    _jobs().pop(_key(run, command), None)


def _key(run: Run, command: Sequence[str]) -> tuple[str, ...]:
    return (str(run.path), str(run.requested_beta), *command)


def _start(run: Run, command: list[str]) -> Job:
    handle, name = tempfile.mkstemp(suffix=".log")
    store = (
        run.path.parent if not run.id.startswith("gallery/") else Path(os.environ.get("VAE_STORE_DIR") or "checkpoints")
    )
    words = [sys.executable, "-m", "vae_core", *command, "--store", str(store.resolve())]
    with os.fdopen(handle, "wb") as errors:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    return Job(process, Path(name), time.monotonic())
