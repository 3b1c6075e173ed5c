"""Maps that take long, laid out by a process of their own while the page goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from vae_core.analysis import MapConfig, map_file
from vae_core.runs import Run


@dataclass
class Job:
    """A map in the making."""

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
        return lines[-1] if lines else f"The map process ended with code {self.process.returncode}."


@st.cache_resource
def _jobs() -> dict[tuple[str, str], Job]:
    return {}


def lay_out(run: Run, config: MapConfig) -> Job | None:
    """The job that makes this map, started if need be; None when the map is in the run's cache."""
    key = (str(run.path), str(config))
    if map_file(run, config).exists():
        _jobs().pop(key, None)
        return None
    job = _jobs().get(key)
    if job is None:
        job = _jobs()[key] = _start(run, config)
    return job


def forget(run: Run, config: MapConfig) -> None:
    """Drop a failed job, so that the next ask starts it again."""
    _jobs().pop((str(run.path), str(config)), None)


def _start(run: Run, config: MapConfig) -> Job:
    handle, name = tempfile.mkstemp(suffix=".log")
    command = [sys.executable, "-m", "vae_core", "project", run.id]
    for option, value in config.to_dict().items():
        command += [f"--{option.replace('_', '-')}", str(value)]
    store = (
        run.path.parent if not run.id.startswith("gallery/") else Path(os.environ.get("VAE_STORE_DIR") or "checkpoints")
    )
    command += ["--store", str(store.resolve())]
    with os.fdopen(handle, "wb") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
    return Job(process, Path(name), time.monotonic())
