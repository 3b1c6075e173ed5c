"""Several runs at once in processes of this machine, which share its cores.

Small models are bound by overhead, and threads of one process wait for each other at every layer: two processes of one
thread train more images a second than one process of two (`bench.sweep`).
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from ...config import ConfigError
from ...places import PROJECT
from ..files import write_json
from ..machine import gives_way, nice_session
from ..run import Run
from ..store import Store
from .protocol import STATE_OF, OnProgress, set_not_started, state_of, steps_of, there

SIGNALS = {"cancel": signal.SIGINT, "pause": signal.SIGTERM}
#: Exit codes of a command that ended as it should: done, and stopped on request.
ORDERLY = (0, 130)


@dataclass
class Processes:
    """Trains up to `jobs` runs at once, each in its own process; their threads adapt to one another.

    Raises:
        ConfigError: `jobs` is below 1.
    """

    jobs: int
    poll: float = 0.2
    _children: list[tuple[Run, subprocess.Popen[bytes], IO[bytes]]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise ConfigError(f"--jobs {self.jobs}: must be at least 1.")

    def train(self, store: Store, runs: Sequence[Run], on_progress: OnProgress | None = None) -> dict[str, str]:
        waiting, action = list(runs), None
        try:
            while (waiting := there(waiting)) or self._children:
                while waiting and len(self._children) < self.jobs and action is None:
                    self._start(store, waiting.pop(0))
                time.sleep(self.poll)
                self._reap(action)
                if action is not None:
                    self._request(action)
                requested = on_progress(*steps_of(runs)) if on_progress else None
                if requested and action is None:
                    action = requested
                    self._signal(SIGNALS[action])
                    for run in waiting:
                        set_not_started(run, action)
                    waiting = []
        except BaseException:
            self._signal(signal.SIGTERM)  # whatever ended this process, the children save and pause
            raise
        return {run.id: state_of(run) for run in runs}

    def _start(self, store: Store, run: Run) -> None:
        log = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the process has ended)
        line = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--store", str(store.root.resolve())]
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
            cwd=PROJECT,
        )  # fmt: skip
        self._children.append((run, process, log))
        if gives_way():
            nice_session(process.pid)

    def _request(self, action: str) -> None:
        """Request it in the folders of children that train on: a signal is lost that meets a process in its imports."""
        for run, process, _ in self._children:
            path = run.path / "request.json"
            if process.poll() is None and state_of(run) == "running" and not path.exists():
                write_json(path, {"action": action}, run.path)

    def _reap(self, action: str | None) -> None:
        """Remove children that have ended; for one that died without writing its status, write it."""
        for child in list(self._children):
            run, process, log = child
            if process.poll() is None:
                continue
            self._children.remove(child)
            if (state := state_of(run)) == "deleted":
                log.close()
                continue
            (run.path / "request.json").unlink(missing_ok=True)
            orderly = process.returncode in ORDERLY
            silent = not orderly and state not in ("failed", "running")
            interrupted = (
                action is not None and process.returncode == 130 and state not in ("failed", "done", STATE_OF[action])
            )
            if action is not None and (silent or interrupted):
                set_not_started(run, action)  # the signal arrived before training had started
            elif not orderly and state != "failed" and not run.is_alive():  # else another process trains it
                log.seek(0)
                last = log.read().decode(errors="replace").strip().splitlines()[-1:]
                run.set_status(state="failed", message=last[0] if last else f"Ended with code {process.returncode}.")
            log.close()

    def _signal(self, number: signal.Signals) -> None:
        for _, process, _ in self._children:
            if process.poll() is None:
                process.send_signal(number)
