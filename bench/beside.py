"""Training beside other programs: two trainings at once, one beside two busy loops, and alone, each against fixed threads.
A drag and the test suite beside two trainings.

Every trainer is a process of its own that trains without end and is stopped between blocks, so that blocks alternate in one run.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch

from vae_core.cores import cores
from vae_core.datasets import ImageData
from vae_core.models import MODELS, create
from vae_core.training import Listener, TrainConfig, fit

from .claims import Report, run
from .training import in_the_background

NETWORKS = ("mlp", "conv", "resnet")
#: Images in a batch: a step of the residual network takes a second for 128, and a block should hold many.
BATCH = {"mlp": 128, "conv": 128, "resnet": 16}
PARTS = (*NETWORKS, "drag", "suite")
PRECISIONS = ("float32", "bfloat16")
#: Threads that adapt, all of them, and one.
THREADS = {"ours": 0, "all": cores(), "one": 1}
#: Seconds before a block counts, and of the block. A stopped trainer wakes with the threads of its last block: it needs a window,
#: a pause of up to 2 s after failed trials, and a trial until they fit this one.
SETTLE, BLOCK = 3.0, 2.5
#: The test suite of `make check`.
SUITE = ("pytest", "-n", "2", "--dist", "loadscope", "-q", "-m", "not browser and not slow and not nightly")
#: Two busy processes, which end when their input is closed.
LOOPS = """
import os, sys, threading
os.fork()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True: pass
"""


class Trainer:
    """A training in a process of its own, stopped until a block runs it."""

    def __init__(self, network: str, precision: str, threads: int) -> None:
        self.batch = BATCH[network]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.beside", "train", network, precision, str(threads)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdin
        assert self.process.stdout
        self.questions, self.answers = self.process.stdin, self.process.stdout
        self.step()  # the first answer comes when it trains
        self.process.send_signal(signal.SIGSTOP)

    def step(self) -> tuple[float, int]:
        """The moment, and the number of steps so far."""
        self.questions.write("\n")
        self.questions.flush()
        moment, step = self.answers.readline().split()
        return float(moment), int(step)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def speeds(trainers: Sequence[Trainer]) -> list[float]:
    """Images per second of each while all of them train at once."""
    for trainer in trainers:
        trainer.process.send_signal(signal.SIGCONT)
    time.sleep(SETTLE)
    before = [trainer.step() for trainer in trainers]
    time.sleep(BLOCK)
    after = [trainer.step() for trainer in trainers]
    for trainer in trainers:
        trainer.process.send_signal(signal.SIGSTOP)
    return [
        trainer.batch * (b[1] - a[1]) / (b[0] - a[0]) for trainer, a, b in zip(trainers, before, after, strict=True)
    ]


@contextmanager
def busy_loops() -> Iterator[None]:
    """Another program that computes on two cores, until this process ends at the latest."""
    program = subprocess.Popen([sys.executable, "-c", LOOPS], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def measure(report: Report, quick: bool, **parts: bool) -> None:
    chosen = ["conv"] if quick else [name for name in PARTS if parts[name] or not any(parts.values())]
    for part in chosen:
        if part == "drag":
            drag(report)
        elif part == "suite":
            suite(report)
        else:
            for precision in PRECISIONS[:1] if quick else PRECISIONS:
                measure_case(report, part, precision, rounds=1 if quick else 3)


def measure_case(report: Report, network: str, precision: str, rounds: int) -> None:
    values: dict[str, list[float]] = {}
    with ExitStack() as stack:
        pairs = {who: [Trainer(network, precision, threads) for _ in range(2)] for who, threads in THREADS.items()}
        for trainer in (trainer for pair in pairs.values() for trainer in pair):
            stack.callback(trainer.end)
        for number in range(rounds):
            # Blocks that are compared follow each other, in one order and then in the other.
            order = list(pairs.items())[:: -1 if number % 2 else 1]
            for who, pair in order:
                values.setdefault(f"{who}, alone", []).append(speeds(pair[:1])[0])
            for who, pair in order:
                values.setdefault(f"{who}, two at once", []).append(sum(speeds(pair)))
            for who, pair in order:
                with busy_loops():
                    values.setdefault(f"{who}, beside two loops", []).append(speeds(pair[:1])[0])
            for who, pair in order[::-1]:
                values[f"{who}, alone"].append(speeds(pair[:1])[0])
    case = f"{network}, {precision}"
    for name, samples in values.items():
        report.claim(f"{case}: {name}", statistics.median(samples), "images/s")
    ratio(report, f"{case}: alone", values["ours, alone"], values["all, alone"], "≥ 0.99", "all threads, always")
    ratio(report, f"{case}: two at once", values["ours, two at once"], values["one, two at once"], "≥ 0.95", "one thread each")  # fmt: skip
    half = [statistics.median(values["all, alone"]) / 2] * rounds
    ratio(report, f"{case}: beside two loops", values["ours, beside two loops"], half, "≥ 0.85", "half of all threads alone")  # fmt: skip


def drag(report: Report) -> None:
    """Paints per second under a thumb while two models train."""
    from playwright.sync_api import sync_playwright  # not for the trainers, which start often

    from tests.browser.serving import running_app

    from .drags import launched
    from .live import beside_training

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = launched(playwright)
        with running_app(folder / "store", folder / "log.txt") as app:
            beside_training(report, browser, app, folder, seconds=2.0, times=5, trainings=2)
        browser.close()


def suite(report: Report) -> None:
    """Seconds of the quick tests alone and beside two trainings, started as the app starts them."""
    seconds = {}
    for trainings in (0, 2):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            for number in range(trainings):
                stack.enter_context(in_the_background(Path(folder) / f"training-{number}"))
            begun = time.perf_counter()
            if subprocess.run([sys.executable, "-m", *SUITE], stdout=sys.stderr).returncode:
                raise SystemExit("A test failed: the tests are to pass before their time says something.")
            seconds[trainings] = time.perf_counter() - begun
    report.claim("the quick tests: alone", seconds[0], "s")
    report.claim("the quick tests: beside two trainings", seconds[2] / seconds[0], "×", goal="≤ 1.6", against="alone")


def ratio(report: Report, name: str, ours: list[float], theirs: list[float], goal: str, against: str) -> None:
    value = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    report.claim(name, value, "×", goal=goal, against=against)


class Counter(Listener):
    """Answers each line on stdin with the moment and the number of steps."""

    def begin(self, state: Any, plan: Any) -> None:
        self.state = state

    def started(self, execution: str) -> None:
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        for _ in sys.stdin:
            print(time.perf_counter(), self.state.step, flush=True)
        os._exit(0)  # nobody asks any more


def train(network: str, precision: str, threads: str) -> None:
    """Train a β-VAE on noise of RGB 32×32 without end."""
    images = torch.randint(0, 256, (4096 + 128, 3, 32, 32), dtype=torch.uint8)
    model = create("beta_vae", MODELS["beta_vae"].Config(shape=(3, 32, 32), network=network))
    config = TrainConfig(steps=10**8, batch_size=BATCH[network], snapshots=0, precision=precision, threads=int(threads))
    fit(model, ImageData("noise", images, 4096), config, Counter())


if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        train(*sys.argv[2:])
    else:
        # Trainers are stopped most of the time, and would stay so for ever if this process ended without them.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        parts = {name: f"the part {name} alone" for name in PARTS}
        sys.exit(run("beside", measure, (__doc__ or "").strip(), parts))
