"""The CPU cores that this process may use, and how many threads pay while other programs use them too.

Threads that compute one layer together wait for each other at its end. As soon as another program takes one of their cores,
all wait for the thread that lost it, and a step takes several times as long as with a single thread (`bench.beside`).
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import torch

try:
    import resource
except ImportError:  # Windows: nothing tells when a core was taken away, and threads stay as they are
    resource = None  # type: ignore[assignment]

#: Seconds between two decisions, and of a trial.
WINDOW, TRIAL = 0.25, 0.15
#: Windows without a trial of fewer, or of more, threads after one that did not pay: doubled each time, at most this many. Too many
#: threads beside other programs cost far more than such a trial; too few on a free machine cost less.
LONGEST_PAUSE = {"fewer": 8, "more": 64}
#: How often a second the system takes a core from a process that shares it.
CONTENDED = 20
#: More threads must be faster by this factor, fewer by any.
GAIN = 1.05


def cores() -> int:
    """Cores this process may use: those of its affinity, at most the whole ones of a container's CPU quota; at least 1."""
    limit = quota()
    return len(_allowed()) if limit is None else max(1, min(len(_allowed()), int(limit)))


def _allowed() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


@cache
def quota(groups: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Cores' worth of time that the control groups of this process allow it, the least of all levels; None without a limit.

    Reads `cpu.max` (version 2) and `cpu.cfs_quota_us` (version 1).
    """
    limits: list[float | None] = []
    with suppress(OSError, ValueError):
        for line in groups.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or "cpu" in controllers.split(","):
                root = mount / controllers
                group = root / path.lstrip("/")
                limits += [_limit(level) for level in (group, *group.parents) if level.is_relative_to(root)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(group: Path) -> float | None:
    """The limit of this control group alone."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with suppress(OSError, ValueError):  # no such file, or "max"
            time_allowed, period = " ".join((group / name).read_text() for name in names).split()
            return int(time_allowed) / int(period) if int(time_allowed) > 0 else None
    return None


def free_cores() -> int:
    """Cores that no other program is computing on at this moment, at least 1; all of them where that is unknown."""
    counts = []
    with suppress(OSError, ValueError, IndexError):
        for _ in range(5):
            counts.append(int(Path("/proc/loadavg").read_text().split()[3].split("/")[0]) - 1)  # without this thread
            time.sleep(0.002)
    return max(1, cores() - int(statistics.median(counts))) if counts else cores()


def _idle_seconds() -> float:
    """Seconds that the cores of this process have been idle, summed over them; NaN where that is unknown."""
    with suppress(OSError, ValueError, IndexError):
        names = {f"cpu{number}" for number in _allowed()}
        rows = (line.split() for line in Path("/proc/stat").read_text().splitlines())
        return sum(int(row[4]) for row in rows if row and row[0] in names) / os.sysconf("SC_CLK_TCK")
    return math.nan


class Usage(NamedTuple):
    """Readings of one moment: seconds of the clock, seconds of this process on cores, idle seconds of its cores (NaN where
    unknown), and how often a core was taken from it.
    """

    clock: float
    busy: float
    idle: float
    lost: float

    @classmethod
    def now(cls) -> Usage:
        lost = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw if resource else 0
        return cls(time.perf_counter(), time.process_time(), _idle_seconds(), lost)

    def since(self, start: Usage) -> Usage:
        """What happened from then on."""
        return Usage(*(now - then for now, then in zip(self, start, strict=True)))


class Threads:
    """torch's threads during a loop of similar steps, adapted to what other programs leave of the machine.

    `with Threads() as threads`, and `threads.step()` after each step. When the system takes cores away, as many threads as it
    leaves are tried for a moment, and when cores are idle, more; the faster number stays. There are never more than torch's
    number before, which is restored at the end.

    fixed: this number in place of all that; 0 to adapt.
    """

    def __init__(self, fixed: int = 0) -> None:
        self.fixed = fixed
        self.before = torch.get_num_threads()
        self.limit = min(self.before, cores())
        self.trial: tuple[int, float] | None = None  # the number before, and its steps per second
        self.pause = {"fewer": 0, "more": 0}
        self.failures = {"fewer": 0, "more": 0}
        self.steps = 0

    def __enter__(self) -> Threads:
        self.lowest = self.highest = self.fixed or self.limit
        torch.set_num_threads(self.highest)
        self.start = Usage.now()
        return self

    def used(self) -> tuple[int, int]:
        """The smallest and the largest number since the last call."""
        used = self.lowest, self.highest
        self.lowest = self.highest = torch.get_num_threads()
        return used

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        torch.set_num_threads(self.before)

    @contextmanager
    def excluded(self) -> Iterator[None]:
        """What happens inside is not part of a step."""
        before = Usage.now()
        yield
        self.start = Usage(*(start + more for start, more in zip(self.start, Usage.now().since(before), strict=True)))

    def step(self) -> None:
        """Called after each step."""
        if self.fixed or self.limit == 1:
            return
        self.steps += 1
        seconds = time.perf_counter() - self.start.clock
        if seconds >= (TRIAL if self.trial else WINDOW) and (self.steps >= 3 or seconds >= 4 * WINDOW):
            now = Usage.now()
            self._decide(now.since(self.start))
            self.steps, self.start = 0, now

    def _decide(self, window: Usage) -> None:
        number, speed = torch.get_num_threads(), self.steps / window.clock
        if self.trial is not None:
            before, speed_before = self.trial
            way, self.trial = "more" if number > before else "fewer", None
            if speed > speed_before * (GAIN if way == "more" else 1.0):
                self.failures = {"fewer": 0, "more": 0}
            else:
                self._set(before)
                self.failures[way] += 1
                self.pause[way] = min(2 ** self.failures[way], LONGEST_PAUSE[way])
            return
        self.pause = {way: max(0, left - 1) for way, left in self.pause.items()}
        other = suggestion(number, self.limit, window)
        if other != number and not self.pause["more" if other > number else "fewer"]:
            self.trial = number, speed
            self._set(other)

    def _set(self, number: int) -> None:
        torch.set_num_threads(number)
        self.lowest, self.highest = min(self.lowest, number), max(self.highest, number)


def suggestion(number: int, limit: int, window: Usage) -> int:
    """The number of threads to try after a window with `number`: as many as there were cores for."""
    received = window.busy / window.clock
    if number > 1 and window.lost > CONTENDED * window.clock and received < 0.9 * number:
        return max(1, min(number - 1, int(received)))
    idle = limit if math.isnan(window.idle) else round(window.idle / window.clock)
    return min(limit, number + idle)


def processor_info() -> str:
    """What the system says of the processor, its maker's name included: /proc/cpuinfo, or a line where there is no such file."""
    with suppress(OSError):
        return Path("/proc/cpuinfo").read_text("utf8")
    return platform.processor()
