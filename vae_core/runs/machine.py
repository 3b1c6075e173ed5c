"""What this machine has to share among runs: its cores, and who comes first on them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from typing import Any

import torch

from ..cores import cores
from ..places import PROJECT

#: How much background processes give way, from 0 to 19.
NICENESS = "10"


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


def background(command: Sequence[str], **settings: Any) -> subprocess.Popen[Any]:
    """Start a niced process that outlives its parent's terminal: a drag comes before a training.

    settings: arguments of `subprocess.Popen`.
    """
    niced = ["nice", "-n", NICENESS] if shutil.which("nice") else []
    return subprocess.Popen([*niced, *command], start_new_session=True, cwd=PROJECT, **settings)
