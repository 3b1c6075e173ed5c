"""Which device, how precise, and what the process needs to run fast there."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

import torch

from ..config import ConfigError


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA when there is one, else the CPU.

    Raises:
        ConfigError: a device that is not on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda") or (index and not index.isdigit()):
        raise ConfigError(f"--device {name!r}: must be auto, cpu, cuda or cuda:N.")
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"--device {name!r}: this machine has {torch.cuda.device_count()} CUDA devices; use auto or cpu.")
    return torch.device(name)


def describe_device(device: torch.device) -> str:
    """The device's name as a person knows it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"


def low_precision_pays(device: torch.device, network: str) -> bool:
    """Whether bfloat16 makes this network faster here.

    Measured on CPUs with native bfloat16: 1.6–1.9× on convolutions, a loss on small fully connected layers.
    """
    if network == "mlp":
        return False
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


@cache
def tune_process() -> None:
    """Keep freed memory in the process and let float32 products take the fastest exact route.

    glibc hands large blocks back to the system after every batch and faults them in again: keeping them is
    worth 1.5× and more on convolutions. Does nothing where there is no glibc.
    """
    torch.set_float32_matmul_precision("high")
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        trim_threshold, top_pad, mmap_threshold = -1, -2, -3
        libc.mallopt(mmap_threshold, 1 << 30)
        libc.mallopt(trim_threshold, 2**31 - 1)
        libc.mallopt(top_pad, 256 << 20)
