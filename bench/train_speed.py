"""Images per second of our loop beside pythae's trainer and the loop every tutorial shows, and as a share of the roofline.

Same network, batch, threads, optimiser and images, each in a process of its own (bench/contenders.py); blocks alternate, so
that whatever else the machine does hits all alike. pythae runs twice: with its defaults, and with the settings of malloc that our
loop uses.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

import torch

from vae_core.training.device import native_bfloat16

from .claims import Report, run
from .contenders import BATCH, CASES, model, plain_layers
from .roofline import flops, limit

MALLOC = {"MALLOC_MMAP_THRESHOLD_": 1 << 30, "MALLOC_TRIM_THRESHOLD_": 2**31 - 1, "MALLOC_TOP_PAD_": 256 << 20}
TUNED = {name: str(value) for name, value in MALLOC.items()}
#: Name in the figures → (contender, environment).
WHO: dict[str, tuple[str, dict[str, str]]] = {
    "tutorial loop": ("tutorial", {}),
    "pythae": ("pythae", {}),
    "pythae with our malloc": ("pythae", TUNED),
    "ours": ("auto", {}),
    "ours in float32": ("float32", {}),
    "ours in bfloat16": ("bfloat16", {}),
    "peaks": ("peaks", {}),
}
#: The least ratio of our loop to each of them, for the cases in order: what held on three kinds of processors, less a tenth.
GOALS: dict[str, tuple[float, ...]] = {
    "tutorial loop": (1.9, 1.3, 1.8),
    "pythae": (1.3, 1.1, 1.8),
    "pythae with our malloc": (1.3, 1.1, 1.4),
}
#: The least share of the roofline of the last case, in float32, in %.
ROOFLINE = 35
#: Seconds of a block, and steps of the first, which only shows how many steps that is.
BLOCK, FIRST = 2.0, 40


class Contender:
    """A training loop in a process of its own, which waits for requests; a block of steps takes some `BLOCK` seconds."""

    def __init__(self, case: str, who: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.contenders", case, who], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=os.environ | environment,
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdin
        self.answers, self.questions = self.process.stdout, self.process.stdin
        self._next("ready")
        self.steps = FIRST
        self.block()

    def block(self) -> Any:
        """Images per second, or the peaks of the machine."""
        self.questions.write(f"{self.steps}\n")
        self.questions.flush()
        answer = json.loads(self._next())
        if isinstance(answer, float):
            self.steps = max(10, round(BLOCK * answer / BATCH))
        return answer

    def _next(self, expected: str = "") -> str:
        """The next line of the protocol; trainers print other lines."""
        for line in self.answers:
            if line.strip() == expected or (not expected and line[:1] in "0123456789{"):
                return line
        raise RuntimeError("the process has ended without an answer")

    def end(self) -> None:
        self.questions.close()
        self.process.wait()


def measure(report: Report, quick: bool) -> None:
    for index, case in enumerate(list(CASES)[: 1 if quick else None]):
        chosen = {name: WHO[name] for name in ("tutorial loop", "pythae", "ours")} if quick else WHO
        if not native_bfloat16(torch.device("cpu")):  # by a quarter of the speed of float32: nobody would train so
            chosen = {name: arguments for name, arguments in chosen.items() if name != "ours in bfloat16"}
        contenders = {name: Contender(case, *arguments) for name, arguments in chosen.items()}
        speeds: dict[str, list[Any]] = {name: [] for name in chosen}
        for block in range(4 if quick else 6):
            # Back and forth, so that no contender always follows the same one.
            for name, contender in list(contenders.items())[:: -1 if block % 2 else 1]:
                speeds[name].append(contender.block())
        for contender in contenders.values():
            contender.end()
        peaks = speeds.pop("peaks", [])
        peak = {kind: statistics.median(sample[kind] for sample in peaks) for kind in peaks[0]} if peaks else {}
        report_case(report, case, index, speeds, peak)


def report_case(report: Report, case: str, index: int, speeds: dict[str, list[float]], peak: dict[str, float]) -> None:
    for name, values in speeds.items():
        report.claim(f"{case}, {name}", statistics.median(values), "images/s", against=CASES[case])
    for name, goals in GOALS.items():
        if name in speeds:
            ratio = statistics.median(a / b for a, b in zip(speeds["ours"], speeds[name], strict=True))
            report.claim(f"{case}, ours / {name}", ratio, "×", goal=f"≥ {goals[index]}", against="interleaved blocks, same network and batch")  # fmt: skip
    work = work_of(case)
    for kind, amount in work.items():
        report.claim(f"{case}, {kind}s, forward and backward", amount, "MFLOP/image")
    for kind, value in peak.items():
        report.claim(
            f"{case}, peak of this machine, {kind}", value, "GFLOP/s", against="large ones, between the blocks"
        )
    for precision in ("float32", "bfloat16"):
        if (name := f"ours in {precision}") in speeds:
            share = 100 * statistics.median(speeds[name]) / limit(work, peak, precision)
            goal = f"≥ {ROOFLINE}" if precision == "float32" and "Burgess" in case else None
            report.claim(f"{case}, {name}: of the roofline", share, "%", goal=goal, against=f"FLOPs at {precision} peaks")  # fmt: skip


def work_of(case: str) -> dict[str, float]:
    """MFLOP per image of the library's own layers."""
    vae = model(case)
    vae.encoder, vae.decoder = plain_layers(vae.encoder), plain_layers(vae.decoder)
    x = torch.rand(BATCH, *vae.config.shape)
    return flops(lambda: vae.loss(x, None, 0)["loss"], BATCH)


if __name__ == "__main__":
    sys.exit(run("train_speed", measure, (__doc__ or "").strip()))
