"""What takes long, done by a process of its own while the page goes on: maps, and measures of disentanglement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from vae_core.analysis import MapConfig, map_file
from vae_core.runs import Run
from vae_core.runs.queue import gently


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


def lay_out(run: Run, config: MapConfig) -> Layout | None:
    """The map in the making, asked for if need be; None when it is in the run's cache."""
    if map_file(run, config).exists():
        return None
    return DESK.ask(run, config)


def forget(run: Run, config: MapConfig) -> None:
    """Stop a map, or drop a failed one: the next ask starts it again."""
    DESK.forget(run, config)


@dataclass
class Layout:
    """A map in the making: `share` of it is done, `error` says why there will be none."""

    started: float
    share: float = 0.0
    error: str | None = None

    def seconds(self) -> float:
        return time.monotonic() - self.started


class MapDesk:
    """The one process that lays out maps. It stays, because compiling UMAP takes half a minute and a map four seconds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.layouts: dict[str, Layout] = {}
        self.warm = False

    def start(self) -> None:
        """Start the process, unless it is there; it begins to compile."""
        with self.lock:
            self._start()

    def ask(self, run: Run, config: MapConfig) -> Layout:
        key = self._key(run, config)
        with self.lock:
            found = self.layouts.get(key)
            if found is None or (found.error is None and not self._alive()):
                found = self.layouts[key] = Layout(time.monotonic())
                self._start()
                self._tell(
                    {
                        "key": key,
                        "path": str(run.path.resolve()),
                        "id": run.id,
                        "at": run.asked,
                        "config": config.to_dict(),
                    }
                )
            return found

    def forget(self, run: Run, config: MapConfig) -> None:
        with self.lock:
            found = self.layouts.pop(self._key(run, config), None)
            if found is not None and self._alive():
                self._tell({"forget": self._key(run, config)})

    def _key(self, run: Run, config: MapConfig) -> str:
        return str(map_file(run, config))

    def _alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _start(self) -> None:
        if self._alive():
            return
        self.warm = False
        self.process = subprocess.Popen(
            [*gently(), sys.executable, "-m", "vae_core", "lay-out"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self.process,), name="maps", daemon=True).start()

    def _tell(self, what: dict[str, object]) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has just died: the next ask starts another
            self.process.stdin.write(json.dumps(what) + "\n")
            self.process.stdin.flush()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                continue  # a library's own remark
            told = json.loads(line)
            with self.lock:
                self.warm = self.warm or "warm" in told
                layout = self.layouts.get(told.get("key", ""))
                if layout is None:
                    continue
                layout.share = told.get("share", layout.share)
                layout.error = told.get("error", layout.error)
                if "done" in told:
                    del self.layouts[told["key"]]
        code = process.wait()
        process.stdout.close()
        if process.stdin:
            with suppress(BrokenPipeError):  # what it never read
                process.stdin.close()
        with self.lock:
            for layout in self.layouts.values():
                layout.error = layout.error or f"the process that lays out maps ended with code {code}."


DESK = MapDesk()


def working(run: Run, command: Sequence[str], there: bool) -> Job | None:
    """The job of this command on a run, at the β it is seen at, started if need be; None when its result is there."""
    if there:
        drop(run, command)
        return None
    job = _jobs().get(_key(run, command))
    if job is None:
        at = [] if run.asked is None else ["--at", str(run.asked)]
        job = _jobs()[_key(run, command)] = _start(run, [*command, *at])
    return job


def drop(run: Run, command: Sequence[str]) -> None:
    """Forget a job: the next ask starts it again."""
    _jobs().pop(_key(run, command), None)


def _key(run: Run, command: Sequence[str]) -> tuple[str, ...]:
    return (str(run.path), str(run.asked), *command)


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
