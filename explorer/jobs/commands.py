"""Commands of `python -m vae_core` in processes of their own, while the page stays usable."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import streamlit as st

from vae_core.logs import REQUEST_ID, request_id
from vae_core.runs import Run
from vae_core.runs.machine import background

from ..access import client
from ..access.modes import require
from ..access.share import check_jobs

LOG = logging.getLogger("betascope")


@dataclass
class Job:
    """A command that was started. started: `time.monotonic()` at its start; client: for whom; errors: its standard error, at its end."""

    process: subprocess.Popen[bytes]
    started: float
    client: str
    errors: Future[str] = field(default_factory=Future)

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def failure(self) -> str | None:
        """The last line of its standard error once it has failed; None while it runs or after success."""
        if not self.process.poll():
            return None
        lines = self.errors.result().splitlines()
        return lines[-1] if lines else f"The process ended with code {self.process.returncode}."


@st.cache_resource
def _jobs() -> dict[tuple[str, ...], Job]:
    return {}


def job_for(run: Run, command: Sequence[str], finished: bool) -> Job | None:
    """The job of this command on a run at its requested β, started if there is none; None if its result is cached already.

    Raises:
        Denied, OverLimit: it may not be started.
    """
    if finished:
        forget(run, command)
        return None
    job = _jobs().get(_key(run, command))
    if job is None:
        require("compute")
        check_jobs(sum(job.client == client.current() and job.process.poll() is None for job in _jobs().values()))
        options = [] if run.requested_beta is None else ["--at", str(run.requested_beta)]
        job = _jobs()[_key(run, command)] = _start(run, [*command, *options])
    return job


def forget(run: Run, command: Sequence[str]) -> None:
    """Remove a job: the next `job_for` starts it again."""
    _jobs().pop(_key(run, command), None)


def _key(run: Run, command: Sequence[str]) -> tuple[str, ...]:
    return (str(run.path), str(run.requested_beta), *command)


def command_line(run: Run, command: Sequence[str]) -> list[str]:
    """`python -m vae_core COMMAND …` on the store of this run."""
    store = (
        run.path.parent if not run.id.startswith("gallery/") else Path(os.environ.get("VAE_STORE_DIR") or "checkpoints")
    )
    return [sys.executable, "-m", "vae_core", *command, "--store", str(store.resolve())]


def _start(run: Run, command: list[str]) -> Job:
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # has no name; `_attend` closes it
    process = background(command_line(run, command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
    job = Job(process, time.monotonic(), client.current())
    threading.Thread(target=_attend, args=(job, errors, command[0], request_id()), daemon=True).start()
    return job


def _attend(job: Job, errors: IO[bytes], name: str, number: str) -> None:
    """Wait for the end, read its standard error, and log all of it if it failed: a page shows the last line.

    number: id of the request that started it.
    """
    REQUEST_ID.set(number)  # of this thread
    with errors:
        code = job.process.wait()
        errors.seek(0)
        job.errors.set_result(errors.read().decode("utf8", "replace").strip())
    if code:
        LOG.warning("The command %s ended with code %d: %s", name, code, job.errors.result())
