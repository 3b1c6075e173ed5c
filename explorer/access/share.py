"""What clients use at this moment: sockets, seconds of the decode thread, processes."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from . import client
from .limits import OverLimit, limits

#: Seconds that the allowance of decoding is for.
MINUTE = 60.0
#: Clients whose use is remembered; the one that was idle for longest goes first.
MOST_CLIENTS = 10_000


class Allowance:
    """Seconds of the decode thread that a client has left: full at first, refilled steadily, never below minus what one request took."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def used(self, who: str) -> float:
        """Seconds that count against the limit now."""
        with self._lock:
            return self._now(who)

    def charge(self, who: str, seconds: float) -> None:
        """Count what a request took."""
        with self._lock:
            used = self._now(who) + seconds
            self._used.pop(who, None)  # to the end of the dictionary
            self._used[who] = used, time.monotonic()
            while len(self._used) > MOST_CLIENTS:
                self._used.pop(next(iter(self._used)))

    def _now(self, who: str) -> float:
        used, since = self._used.get(who, (0.0, 0.0))
        most = limits().decode
        refilled = (time.monotonic() - since) * most / MINUTE if math.isfinite(most) else math.inf
        return max(0.0, used - refilled)


DECODING = Allowance()


def check_decoding(who: str) -> None:
    """
    Raises:
        OverLimit: this client has used up its seconds of decoding.
    """
    if DECODING.used(who) >= (most := limits().decode):
        raise OverLimit(f"{most:g} seconds of decoding within a minute are used up; wait a moment.")


class Counts:
    """How many of something each client has."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one_more(self, who: str, most: float, sentence: str) -> Iterator[None]:
        """One more while the block runs.

        Raises:
            OverLimit: with the sentence, where there are `most` already.
        """
        with self._lock:
            if self._counts[who] >= most:
                raise OverLimit(sentence)
            self._counts[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._counts[who] -= 1
                if not self._counts[who]:
                    del self._counts[who]


SOCKETS, EXPORTS = Counts(), Counts()


def check_jobs(running: int) -> None:
    """Whether the current client may start another process beside the `running` ones that are its own.

    Raises:
        OverLimit: too many at once.
    """
    if running >= (most := limits().jobs):
        raise OverLimit(f"You have {running} of {most:g} computations running: wait for one to end.")


@contextmanager
def one_export() -> Iterator[None]:
    """While something to take away is made.

    Raises:
        OverLimit: too many at once.
    """
    most = limits().jobs
    sentence = f"You have {most:g} of {most:g} exports running: wait for one to end."
    with EXPORTS.one_more(client.current(), most, sentence):
        yield
