"""The limits of a machine: its measured peaks, and the time of a training step at them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

KINDS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def peaks(device: str = "cpu", side: int = 2048) -> dict[str, float]:
    """GFLOP/s of a large product and a large convolution in float32 (by the faster of the library's two ways) and bfloat16."""
    gflops: dict[str, float] = {}
    before = torch.get_float32_matmul_precision()
    for name, kind in KINDS.items():
        a, b = torch.randn(side, side, device=device, dtype=kind), torch.randn(side, side, device=device, dtype=kind)
        x = torch.randn(32, 128, 56, 56, device=device, dtype=kind).to(memory_format=torch.channels_last)
        w = torch.randn(128, 128, 3, 3, device=device, dtype=kind).to(memory_format=torch.channels_last)
        rates = []
        for precision in ("highest", "medium") if device == "cpu" else ("highest",):
            torch.set_float32_matmul_precision(precision)
            rates.append(2 * side**3 / seconds(partial(torch.matmul, a, b)))
        gflops[f"product {name}"] = max(rates) / 1e9
        gflops[f"convolution {name}"] = 2 * 9 * 128**2 * 54**2 * 32 / seconds(partial(F.conv2d, x, w)) / 1e9
    torch.set_float32_matmul_precision(before)
    return gflops


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The median time of a call."""
    call()
    durations = []
    for _ in range(times):
        wait()
        start = time.perf_counter()
        call()
        wait()
        durations.append(time.perf_counter() - start)
    return sorted(durations)[times // 2]


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def flops(loss: Callable[[], torch.Tensor], images: int) -> dict[str, float]:
    """MFLOP per image of products and of convolutions, forward and backward, counted by torch."""
    with FlopCounterMode(display=False) as counter:
        loss().backward()
    counts = {str(name): value / images / 1e6 for name, value in counter.get_flop_counts()["Global"].items()}
    convolutions = sum(value for name, value in counts.items() if "convolution" in name)
    return {"convolution": convolutions, "product": sum(counts.values()) - convolutions}


def limit(work: dict[str, float], peak: dict[str, float], precision: str) -> float:
    """Images per second if nothing but `flops` took time, each kind at its peak."""
    return 1 / sum(amount / 1e3 / peak[f"{kind} {precision}"] for kind, amount in work.items())
