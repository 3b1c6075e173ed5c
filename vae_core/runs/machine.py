"""What this machine has to share among runs: its cores, and who comes first on them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..config import ConfigError
from ..cores import cores
from ..places import PROJECT


def fitting(device: torch.device, runs: int) -> int:
    """How many runs to train at once: one for each core on a CPU, one on a GPU."""
    return 1 if device.type != "cpu" else max(1, min(runs, cores()))


def trains_here() -> bool:
    """Whether queued runs are trained on this machine; with `VAE_WORKERS=0` they wait for `work` on others that share the store."""
    return os.environ.get("VAE_WORKERS") != "0"


def machine_name() -> str:
    """Tells machines that share a store apart, and the jobs of a batch system, each of which has devices of its own."""
    job = os.environ.get("SLURM_JOB_ID", "")
    return f"{socket.gethostname()}-{job}" if job else socket.gethostname()


def niceness() -> int:
    """How much background processes give way, from 0 to 19: `VAE_NICENESS`, or 10.

    Raises:
        ConfigError: it is no such number.
    """
    given = os.environ.get("VAE_NICENESS") or "10"
    if not (given.isascii() and given.isdigit() and int(given) <= 19):
        raise ConfigError(f"VAE_NICENESS is {given!r}; a whole number from 0 to 19 is accepted.")
    return int(given)


def background(command: Sequence[str], **settings: Any) -> subprocess.Popen[Any]:
    """Start a niced process that outlives its parent's terminal: a drag comes before it.

    settings: arguments of `subprocess.Popen`.

    Raises:
        ConfigError: `VAE_NICENESS` is no number from 0 to 19.
    """
    amount = niceness()
    niced = ["nice", "-n", str(amount)] if amount and shutil.which("nice") else []
    return subprocess.Popen([*niced, *command], start_new_session=True, cwd=PROJECT, **settings)


def gives_way() -> bool:
    """Whether this process is niced, so that those it starts in sessions of their own should give way, too."""
    return hasattr(os, "nice") and os.nice(0) > 0


def nice_session(pid: int) -> None:
    """Let the session that a training leads give way, too; what a person waits for, as an export, is not slowed so much.

    Where Linux groups sessions (sched(7), "The autogroup feature"), it shares the cores among them first: the niceness of a process
    counts within its session only, and one in a session of its own would get as much as the browser.
    """
    for _ in range(10):
        try:
            Path(f"/proc/{pid}/autogroup").write_text(str(niceness()))
        except BlockingIOError:  # the system takes one change in a tenth of a second
            time.sleep(0.05)
        except OSError:  # no groups on this system, or the process has ended
            return
        else:
            return
