"""The map service: one long-lived process lays out maps, the newest request first, and reports its progress."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae_core.analysis import MapConfig, map_file
from vae_core.runs import Run
from vae_core.runs.machine import background

from ..access.modes import require


@dataclass
class MapJob:
    """A requested map. id: its key in messages to the process; share: progress from 0 to 1; error: why it failed."""

    id: str
    file: Path
    started: float
    share: float = 0.0
    error: str | None = None
    process: subprocess.Popen[str] | None = None

    def seconds(self) -> float:
        """Seconds since the request."""
        return time.monotonic() - self.started


class MapService:
    """The one process that lays out maps. It stays alive, with everything loaded and compiled."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.jobs: dict[Path, MapJob] = {}
        self.ids = itertools.count()
        self.warm = False

    def start(self) -> None:
        """Start the process unless it runs; it compiles first."""
        with self.lock:
            self._start()

    def request(self, run: Run, config: MapConfig) -> MapJob:
        """The job that lays out this map: the running one, or a new one."""
        file = map_file(run, config)
        with self.lock:
            job = self.jobs.get(file)
            if job is None or (job.error is None and not self._alive()):
                job = self.jobs[file] = MapJob(str(next(self.ids)), file, time.monotonic())
                self._start()
                job.process = self.process
                path, settings = str(run.path.resolve()), config.to_dict()
                which: dict[str, object] = {"path": path, "id": run.id, "at": run.requested_beta}
                self._send({"key": job.id, "config": settings} | which)
            return job

    def forget(self, run: Run, config: MapConfig) -> None:
        """Stop a job, or remove a failed one."""
        with self.lock:
            job = self.jobs.pop(map_file(run, config), None)
            if job is not None and self._alive():
                self._send({"forget": job.id})

    def _alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _start(self) -> None:
        if self._alive():
            return
        self.warm = False
        self.process = background(
            [sys.executable, "-m", "vae_core", "lay-out"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self.process,), name="maps", daemon=True).start()

    def _send(self, message: dict[str, object]) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # the process has just died: the next request starts another
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                continue  # a line that a library printed
            with self.lock:
                self._receive(json.loads(line))
        code = process.wait()
        process.stdout.close()
        with self.lock:
            if process.stdin:  # closed under the lock: no request is written meanwhile
                with suppress(BrokenPipeError):  # what it never read
                    process.stdin.close()
            for job in self.jobs.values():
                if job.process is process:  # another may have been started since
                    job.error = job.error or f"the process that lays out maps ended with code {code}."

    def _receive(self, event: dict[str, Any]) -> None:
        self.warm = self.warm or "warm" in event
        job = next((job for job in self.jobs.values() if job.id == event.get("key")), None)
        if job is None:
            return  # stopped since
        job.share = event.get("share", job.share)
        job.error = event.get("error", job.error)
        if "done" in event and job.file.exists():
            del self.jobs[job.file]
        elif "done" in event:
            job.error = f"it could not be saved in {job.file.parent}."


MAP_SERVICE = MapService()


def lay_out(run: Run, config: MapConfig) -> MapJob | None:
    """The job that lays out this map, started if there is none; None when the map is in the run's cache.

    Raises:
        Denied: it may not be started.
    """
    if map_file(run, config).exists():
        return None
    require("compute")
    return MAP_SERVICE.request(run, config)


def forget(run: Run, config: MapConfig) -> None:
    """Stop a map, or remove a failed one: the next request starts it again."""
    MAP_SERVICE.forget(run, config)
