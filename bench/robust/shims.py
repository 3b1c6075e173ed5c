"""A clock that jumps and a disk that is slow, in a process that calls what it is given: Python's own functions, delayed or shifted."""

from __future__ import annotations

import builtins
import os
import time
from collections.abc import Callable
from typing import Any

#: Seconds that a slow disk takes: to sync, to rename, to open a file of the store, to look at one.
SYNC, RENAME, OPEN, LOOK = 0.15, 0.05, 0.01, 0.001


def with_jump(call: Callable[[], Any], after: float, seconds: float) -> Any:
    """The clock of the wall is set by so many seconds, so long after the start."""
    honest, begun = time.time, time.monotonic()
    time.time = lambda: honest() + (seconds if time.monotonic() - begun > after else 0.0)
    return call()


def with_slow_disk(call: Callable[[], Any], root: str) -> Any:
    """Files below `root` are slow. What Rust and C read by themselves, as tensors, is as fast as ever."""

    def slow(function: Callable[..., Any], seconds: float) -> Callable[..., Any]:
        def delayed(*arguments: Any, **settings: Any) -> Any:
            if not arguments or isinstance(arguments[0], int) or str(arguments[0]).startswith(root):
                time.sleep(seconds)
            return function(*arguments, **settings)

        return delayed

    for name, seconds in {"fsync": SYNC, "replace": RENAME, "rename": RENAME, "unlink": RENAME, "stat": LOOK, "scandir": LOOK, "mkdir": RENAME}.items():  # fmt: skip
        setattr(os, name, slow(getattr(os, name), seconds))
    builtins.open = slow(builtins.open, OPEN)
    return call()
