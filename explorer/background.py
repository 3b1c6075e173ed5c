"""What takes long, done by a process of its own while the page goes on: maps, and measures of disentanglement."""

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

from vae_core.analysis import MapConfig, map_file
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


def lay_out(run: Run, config: MapConfig) -> Job | None:
    """The job that makes this map, started if need be; None when the map is in the run's cache."""
    return _job(run, _map_command(run, config), map_file(run, config).exists())


def forget(run: Run, config: MapConfig) -> None:
    """Drop a failed job, so that the next ask starts it again."""
    _jobs().pop(_key(run, _map_command(run, config)), None)


def measure(run: Run, command: Sequence[str], known: bool) -> Job | None:
    """The job of this command, started if need be; None when all it computes is known."""
    return _job(run, [*command, *_at(run)], known)


def forget_measure(run: Run, command: Sequence[str]) -> None:
    """Drop a failed job."""
    _jobs().pop(_key(run, [*command, *_at(run)]), None)


def _map_command(run: Run, config: MapConfig) -> list[str]:
    command = ["project", run.id]
    for option, value in config.to_dict().items():
        command += [f"--{option.replace('_', '-')}", str(value)]
    return command + _at(run)


def _at(run: Run) -> list[str]:
    return [] if run.asked is None else ["--at", str(run.asked)]


def _key(run: Run, command: Sequence[str]) -> tuple[str, ...]:
    return (str(run.path), *command)


def _job(run: Run, command: list[str], there: bool) -> Job | None:
    if there:
        _jobs().pop(_key(run, command), None)
        return None
    job = _jobs().get(_key(run, command))
    if job is None:
        job = _jobs()[_key(run, command)] = _start(run, command)
    return job


def _start(run: Run, command: list[str]) -> Job:
    handle, name = tempfile.mkstemp(suffix=".log")
    store = (
        run.path.parent if not run.id.startswith("gallery/") else Path(os.environ.get("VAE_STORE_DIR") or "checkpoints")
    )
    words = [sys.executable, "-m", "vae_core", *command, "--store", str(store.resolve())]
    with os.fdopen(handle, "wb") as errors:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
    return Job(process, Path(name), time.monotonic())
