"""Many inputs in processes that may hang, grow or die without taking the bench along."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from .attempt import Place, Verdict, attempt, cap_memory
from .confined import confine
from .outcome import Outcome

#: Processes, inputs that one gets at a time, and seconds without an answer after which it is ended.
PROCESSES, PORTION, SILENCE = 2, 200, 60.0


@dataclass
class Tally:
    """tried, refused: counts. failures: fault → [first input that shows it, how many do, its detail]."""

    tried: int = 0
    refused: int = 0
    failures: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, number: int, verdict: Verdict) -> None:
        self.tried += 1
        self.refused += verdict.refused
        if verdict.failure:
            entry = self.failures.setdefault(f"{name}: {verdict.failure}", [number, 0, verdict.detail])
            entry[1] += 1


def attack(part: str, counts: Mapping[str, int], seed: int) -> Outcome:
    """Try so many inputs of each kind of a part: `CASES` of its module has a function for each.

    The module's `prepare(folder)`, if there is one, is called once before.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="robust-") as folder:
        material = Path(folder) / "material"
        material.mkdir()
        module = import_module(f".{part}", __package__)
        if hasattr(module, "prepare"):
            module.prepare(material)
        tally = _tally(part, Path(folder), portions(counts), seed)
    lines = [
        f"{fault} (×{count}; --only {part} --case {fault.split(':')[0]}:{number} --seed {seed}): {detail}"
        for fault, (number, count, detail) in tally.failures.items()
    ]
    return Outcome(part, tally.tried, tally.refused, lines, {"seconds": round(time.monotonic() - started, 1)})


def portions(counts: Mapping[str, int]) -> Iterator[tuple[str, range]]:
    """Kind and numbers of inputs, a few at a time."""
    for name, count in counts.items():
        for start in range(0, count, PORTION):
            yield name, range(start, min(count, start + PORTION))


class Worker:
    """A process that tries portions, and what it has been given."""

    def __init__(self, part: str, folder: Path, seed: int) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([f"{__package__}.{part}"])
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=serve, args=(part, folder, seed, other), daemon=True)
        self.process.start()
        other.close()
        self.name, self.left = "", range(0)
        self.heard = time.monotonic()

    def give(self, name: str, numbers: range) -> None:
        self.name, self.left, self.heard = name, numbers, time.monotonic()
        self.pipe.send((name, numbers))

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _tally(part: str, folder: Path, todo: Iterator[tuple[str, range]], seed: int) -> Tally:
    tally, waiting = Tally(), list(todo)[::-1]
    workers = [Worker(part, folder, seed) for _ in range(PROCESSES)]
    while waiting or any(worker.left for worker in workers):
        for worker in workers:
            if waiting and not worker.left:
                worker.give(*waiting.pop())
        ready = wait([worker.pipe for worker in workers if worker.left], timeout=1.0)
        for place, worker in enumerate(workers):
            lost = _heard(worker, worker.pipe in ready, tally)
            if lost and not tally.tried:
                raise RuntimeError(f"{lost} before it tried anything.")
            if lost:
                tally.add(worker.name, worker.left[0], Verdict(failure=lost))
                rest = worker.name, worker.left[1:]
                worker.end()
                workers[place] = Worker(part, folder, seed)
                if rest[1]:
                    waiting.append(rest)
    for worker in workers:
        worker.end()
    return tally


def _heard(worker: Worker, ready: bool, tally: Tally) -> str:
    """Take a worker's answer; returns why it has to be replaced, or ""."""
    if ready:
        try:
            tally.add(worker.name, worker.left[0], worker.pipe.recv())
        except (EOFError, OSError):
            return "the process died"
        worker.left, worker.heard = worker.left[1:], time.monotonic()
    elif worker.left and time.monotonic() - worker.heard > SILENCE:
        return f"no answer within {SILENCE:.0f} s"
    return ""


def serve(part: str, folder: Path, seed: int, pipe: Connection) -> None:
    """In the process: try what comes, answer each input's verdict."""
    os.fsync = lambda number: None  # type: ignore[assignment]  # nothing here has to outlive a power cut
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what is logged is not what this is about
    module = import_module(f".{part}", __package__)
    scratch = folder / f"scratch-{os.getpid()}"
    cap_memory()
    confine(folder)
    while True:
        try:
            name, numbers = pipe.recv()
        except (EOFError, OSError):
            return
        for number in numbers:
            pipe.send(attempt(module.CASES[name], name, number, seed, Place(folder / "material", scratch)))
