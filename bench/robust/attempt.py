"""One input, tried under limits: what a person would see of it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from vae_core.config import LONGEST_MESSAGE, BetascopeError

#: Seconds of the processor, and MB above what the process had before, that one input may take.
SECONDS, MEGABYTES = 5.0, 500
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """material: what `prepare` of the part made, not to be changed. scratch: an empty folder for this input alone."""

    material: Path
    scratch: Path


Case = Callable[[Random, Place], None]


@dataclass(frozen=True)
class Verdict:
    """refused: answered by one sentence. failure: "" or what went wrong, the same text for the same fault. detail: of this input."""

    refused: bool = False
    failure: str = ""
    detail: str = ""


class Hang(BaseException):
    """An input takes too long; no `except Exception` may take it for an answer."""


def attempt(case: Case, name: str, number: int, seed: int, place: Place) -> Verdict:
    """Try the input `number`: refused by a `BetascopeError`, taken without an exception, or a failure."""
    place.scratch.mkdir(parents=True)
    os.chdir(place.scratch)  # where a relative name leads
    before = memory("VmRSS")
    forget_peak()
    try:
        verdict = _answer(case, Random(f"{seed} {name} {number}"), place)
    finally:
        os.chdir(place.material.parent)
        shutil.rmtree(place.scratch, ignore_errors=True)
    grown = memory("VmHWM") - before
    if grown > MEGABYTES:
        return Verdict(failure=f"more than {MEGABYTES} MB", detail=f"{grown:.0f} MB")
    return verdict


def _answer(case: Case, random: Random, place: Place) -> Verdict:
    try:
        with limited():
            case(random, place)
    except BetascopeError as error:
        fault = faulty(str(error))
        return Verdict(refused=not fault, failure=fault and f"{fault}, {where(error)}", detail=str(error)[:200])
    except Hang as error:
        return Verdict(failure=f"more than {SECONDS:g} s, {where(error)}")
    except Exception as error:
        return Verdict(failure=f"{type(error).__name__}, {where(error)}", detail=str(error)[:200])
    return Verdict()


def faulty(sentence: str) -> str:
    """Why this is no sentence for a person: "" if it is one."""
    if not sentence.strip():
        return "an empty sentence"
    if len(sentence) > LONGEST_MESSAGE:
        return f"a sentence of more than {LONGEST_MESSAGE} characters"
    return "" if sentence.replace("\n", " ").isprintable() else "a sentence with control characters"


def where(error: BaseException) -> str:
    """The innermost line of the project that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(f"{ROOT}/") and "/bench/" not in frame.filename]
    frame = ([frame for frame in own if "/.venv/" not in frame.filename] or frames)[-1]
    return f"{os.path.relpath(frame.filename, ROOT)}:{frame.lineno} in {frame.name}"


@contextmanager
def limited() -> Iterator[None]:
    """`Hang` is raised after `SECONDS` of the processor."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def memory(field: str, process: int | str = "self") -> float:
    """A line of Linux's /proc/PID/status in MB: VmRSS is what is used now, VmHWM the peak."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak() -> None:
    """The peak counts from here on."""
    Path("/proc/self/clear_refs").write_text("5")


def cap_memory() -> None:
    """No input takes the machine down: beyond four times the limit, memory is refused by the system."""
    used = int(memory("VmData")) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (used + 4 * MEGABYTES * 2**20,) * 2)
