"""What a process holds while it writes, by locks that the system drops with it: what nobody holds is left over."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks: there nothing is taken for left over
    fcntl = None  # type: ignore[assignment]

#: Seconds that a file or folder stays, for the moments in which its process does not hold it yet, or no more.
AGE = 60.0


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder in this context, under whatever name."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        hold(descriptor)
        yield
    finally:
        os.close(descriptor)


def hold(descriptor: int) -> None:
    """Hold an open file or folder until it is closed."""
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool | None:
    """Whether a process holds this lock file; None where the system cannot tell.

    The lock is shared meanwhile: of two who look at once, neither seems to hold it.
    """
    if fcntl is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def remove_left_over(paths: Iterable[Path]) -> None:
    """Remove those of these files and folders that are older than a minute and that nobody holds."""
    for path in paths:
        with suppress(OSError):  # removed meanwhile, or not ours to remove
            if time.time() - path.lstat().st_mtime > AGE and _is_free(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_free(path: Path) -> bool:
    """
    Raises:
        OSError: it cannot be opened, or a process holds it."""
    if fcntl is None:
        return False
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)
    return True
