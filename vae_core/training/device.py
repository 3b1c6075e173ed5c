"""The device, the precision, and process settings that make training fast."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import torch

from ..config import ConfigError


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA if available, else the CPU; a GPU is always returned with its index.

    Raises:
        ConfigError: a device that is not on this machine.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if not re.fullmatch(r"cpu|cuda(:[0-9]{1,3})?", name):
        raise ConfigError(f"--device {name!r}: must be auto, cpu, cuda or cuda:N.")
    kind, _, index = name.partition(":")
    if kind == "cpu":
        return torch.device("cpu")
    if int(index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"--device {name!r}: this machine has {torch.cuda.device_count()} CUDA devices; use auto or cpu."
        )
    return torch.device("cuda", int(index or 0))


def describe_device(device: torch.device, threads: Iterable[int] = ()) -> str:
    """The device's name for users. threads: the numbers that were used on a CPU (default: torch's number now)."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    numbers = sorted(threads) or [torch.get_num_threads()]
    low, high = numbers[0], numbers[-1]
    return f"CPU, {low if low == high else f'{low} to {high}'} thread{'s' if high > 1 else ''}"


@dataclass(frozen=True)
class Arithmetic:
    """Precision of the networks in training; evaluation is always float32.

    autocast: run layers in bfloat16. products: the argument of `torch.set_float32_matmul_precision`; with "medium" and
    "high" only the factors of float32 matrix products are rounded.
    """

    autocast: bool
    products: str

    @classmethod
    def of(cls, precision: str, device: torch.device) -> Arithmetic:
        """precision: float32, products or bfloat16."""
        rounded = (
            "high" if device.type == "cuda" else "medium"
        )  # TF32 on a GPU; bfloat16, or another float32 library, on a CPU
        return cls(autocast=precision == "bfloat16", products=rounded if precision == "products" else "highest")


#: Names of the precisions for users.
PRECISION_TITLES = {"float32": "float32", "products": "float32, products rounded", "bfloat16": "bfloat16 layers"}


def native_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # missing in some supported versions of torch
    return bool(capabilities and capabilities().get("avx512_bf16"))


@contextmanager
def products(precision: str) -> Iterator[None]:
    """Set the precision of float32 matrix products inside the context."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Treat numbers below 1e-38 as zero inside the context.

    The optimiser moments of weights that no longer change decay to denormal numbers within a thousand steps, which makes
    Adam five times slower on a CPU.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@cache
def tune_process() -> None:
    """Let glibc keep freed memory in the process.

    By default it returns large blocks to the system after every batch and faults them in again; keeping them makes
    convolutions 1.5 times faster or more. Does nothing without glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        trim_threshold, top_pad, mmap_threshold = -1, -2, -3
        libc.mallopt(mmap_threshold, 1 << 30)
        libc.mallopt(trim_threshold, 2**31 - 1)
        libc.mallopt(top_pad, 256 << 20)
