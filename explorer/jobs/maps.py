"""The desk of maps: one process that stays warm lays them out, newest wish first, and tells how far it is."""

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
from vae_core.runs.queue import gently


@dataclass
class MapJob:
    """A map in the making: `share` of it is done, `error` says why there will be none. ticket: what the process calls it."""

    ticket: str
    file: Path
    started: float
    share: float = 0.0
    error: str | None = None
    process: subprocess.Popen[str] | None = None

    def seconds(self) -> float:
        return time.monotonic() - self.started


class MapService:
    """The one process that lays out maps. It stays, because compiling UMAP takes half a minute and a map four seconds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.layouts: dict[Path, MapJob] = {}
        self.tickets = itertools.count()
        self.warm = False

    def start(self) -> None:
        """Start the process, unless it is there; it begins to compile."""
        with self.lock:
            self._start()

    def ask(self, run: Run, config: MapConfig) -> MapJob:
        """The map that is asked for: the one in the making, or a new one."""
        file = map_file(run, config)
        with self.lock:
            found = self.layouts.get(file)
            if found is None or (found.error is None and not self._alive()):
                found = self.layouts[file] = MapJob(str(next(self.tickets)), file, time.monotonic())
                self._start()
                found.process = self.process
                path, settings = str(run.path.resolve()), config.to_dict()
                self._tell({"key": found.ticket, "path": path, "id": run.id, "at": run.asked, "config": settings})
            return found

    def forget(self, run: Run, config: MapConfig) -> None:
        with self.lock:
            found = self.layouts.pop(map_file(run, config), None)
            if found is not None and self._alive():
                self._tell({"forget": found.ticket})

    def _alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _start(self) -> None:
        if self._alive():
            return
        self.warm = False
        self.process = subprocess.Popen(
            [*gently(), sys.executable, "-m", "vae_core", "lay-out"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[2],
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
            with self.lock:
                self._hear(json.loads(line))
        code = process.wait()
        process.stdout.close()
        with self.lock:
            if process.stdin:  # closed under the lock: nobody writes to it meanwhile
                with suppress(BrokenPipeError):  # what it never read
                    process.stdin.close()
            for layout in self.layouts.values():
                if layout.process is process:  # another may have been started since
                    layout.error = layout.error or f"the process that lays out maps ended with code {code}."

    def _hear(self, told: dict[str, Any]) -> None:
        self.warm = self.warm or "warm" in told
        layout = next((one for one in self.layouts.values() if one.ticket == told.get("key")), None)
        if layout is None:
            return  # nobody wants it any more
        layout.share = told.get("share", layout.share)
        layout.error = told.get("error", layout.error)
        if "done" in told and layout.file.exists():
            del self.layouts[layout.file]
        elif "done" in told:
            layout.error = f"it could not be kept in {layout.file.parent}."


MAP_SERVICE = MapService()


def lay_out(run: Run, config: MapConfig) -> MapJob | None:
    """The map in the making, asked for if need be; None when it is in the run's cache."""
    if map_file(run, config).exists():
        return None
    return MAP_SERVICE.ask(run, config)


def forget(run: Run, config: MapConfig) -> None:
    """Stop a map, or drop a failed one: the next ask starts it again."""
    MAP_SERVICE.forget(run, config)
