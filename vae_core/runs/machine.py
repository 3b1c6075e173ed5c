"""What this machine has to share among runs: its cores."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import torch

#: The folder that child processes start in, so that `python -m vae_core` is this project.
PROJECT = Path(__file__).parents[2]


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fitting(device: torch.device, runs: int) -> int:
    """How many runs to train at once: one for each core on a CPU, one on a GPU."""
    return 1 if device.type != "cpu" else max(1, min(runs, cores()))


def niced() -> list[str]:
    """The prefix that lowers a command's priority: the app's interactive images on the same cores come first."""
    return ["nice", "-n", "10"] if shutil.which("nice") else []
