"""Several runs at once: processes of this machine, each with its share of the cores.

Small models are bound by overhead, and threads of one process wait for each other at every layer: two processes of one
thread train more images a second than one process of two (`bench.sweep`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import torch

from ..config import BetascopeError, ConfigError, TrainingFailed
from .execute import alike
from .run import Run
from .store import Store

#: Told (steps done, steps in all) over all runs a few times a second; "pause" or "cancel" ends them all, saved.
Tell = Callable[[int, int], str | None]
SIGNALS = {"cancel": signal.SIGINT, "pause": signal.SIGTERM}
STATE_OF = {"cancel": "cancelled", "pause": "paused"}


class Executor(Protocol):
    """Trains runs of a store, wherever that is."""

    def train(self, store: Store, runs: Sequence[Run], tell: Tell | None = None) -> dict[str, str]:
        """Run id → its state when all are through; a run that fails says so in its status and stops no other."""
        ...


def fitting(device: torch.device, runs: int) -> int:
    """How many runs to train at once: one for each core on a CPU, one on a GPU."""
    return 1 if device.type != "cpu" else max(1, min(runs, cores()))


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Processes:
    """Up to `jobs` runs at once, each in a process of its own with an even share of the cores.

    Raises:
        ConfigError: no jobs at all.
    """

    jobs: int
    poll: float = 0.2
    _children: list[tuple[Run, subprocess.Popen[bytes], IO[bytes]]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise ConfigError(f"--jobs {self.jobs}: must be at least 1.")

    def train(self, store: Store, runs: Sequence[Run], tell: Tell | None = None) -> dict[str, str]:
        waiting, action = list(runs), None
        threads = max(1, cores() // min(self.jobs, max(1, len(runs))))
        try:
            while waiting or self._children:
                while waiting and len(self._children) < self.jobs and action is None:
                    self._start(store, waiting.pop(0), threads)
                time.sleep(self.poll)
                self._reap(action)
                asked = tell(*steps_of(runs)) if tell else None
                if asked and action is None:
                    action = asked
                    self._signal(SIGNALS[action])
                    for run in waiting:
                        run.set_status(state=STATE_OF[action], message="Not begun; resume to go on.")
                    waiting = []
        except BaseException:
            self._signal(signal.SIGTERM)  # whatever ends us, they save and pause
            raise
        return {run.id: run.status()["state"] for run in runs}

    def _start(self, store: Store, run: Run, threads: int) -> None:
        log = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the process has ended)
        line = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--store", str(store.root.resolve())]
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
            cwd=Path(__file__).parents[2], env=os.environ | {"OMP_NUM_THREADS": str(threads)},
        )  # fmt: skip
        self._children.append((run, process, log))

    def _reap(self, action: str | None) -> None:
        """Take note of who has ended; one that could not even say why is told as failed, or as what was wished for."""
        for child in list(self._children):
            run, process, log = child
            if process.poll() is None:
                continue
            self._children.remove(child)
            state = run.status()["state"]
            silent = process.returncode not in (0, 130) and state not in ("failed", "running")
            early = (
                action is not None and process.returncode == 130 and state not in ("failed", "done", STATE_OF[action])
            )
            if action is not None and (silent or early):  # the signal met it before it had begun
                run.set_status(state=STATE_OF[action], message="Not begun; resume to go on.")
            elif process.returncode not in (0, 130) and state != "failed":
                log.seek(0)
                last = log.read().decode(errors="replace").strip().splitlines()[-1:]
                run.set_status(state="failed", message=last[0] if last else f"Ended with code {process.returncode}.")
            log.close()

    def _signal(self, number: signal.Signals) -> None:
        for _, process, _ in self._children:
            if process.poll() is None:
                process.send_signal(number)


@dataclass
class Together:
    """Runs that differ in β alone as one batched model in this process, the others one after the other: for a GPU.

    group: trains a group of run folders, told what to ask for wishes.
    """

    group: Callable[[Sequence[Run], Callable[[], str | None]], object]
    poll: float = 0.2

    def train(self, store: Store, runs: Sequence[Run], tell: Tell | None = None) -> dict[str, str]:
        action: str | None = None
        due = 0.0

        def asked() -> str | None:
            nonlocal action, due
            if tell and action is None and time.monotonic() >= due:  # every variant of a group asks
                action, due = tell(*steps_of(runs)), time.monotonic() + self.poll
            return action

        for group in alike(runs):
            if asked():
                for run in group:
                    run.set_status(state=STATE_OF[str(action)], message="Not begun; resume to go on.")
                continue
            # One that fails says so in its status and stops no other.
            with suppress(BetascopeError, TrainingFailed):
                self.group(group, asked)
        return {run.id: run.status()["state"] for run in runs}


def steps_of(runs: Sequence[Run]) -> tuple[int, int]:
    """(done, in all) over these runs, as their folders tell."""
    done = total = 0
    for run in runs:
        status = run.status()
        own = status.get("total") or run.config.train.total_steps(run.config.model.train_size)
        done += own if status["state"] == "done" else int(status.get("step", 0))
        total += own
    return done, total
