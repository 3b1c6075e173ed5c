"""Inputs name files all over the system, and nothing may be written outside of the bench's own folder, whoever runs it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

#: Events of Python's audit hooks that change the file system, and how many of their first arguments are paths.
CHANGES = {
    "os.remove": 1, "os.rmdir": 1, "os.mkdir": 1, "os.truncate": 1, "os.chmod": 1, "os.chown": 1, "os.utime": 1, "os.rename": 2, "os.link": 2,
    "shutil.rmtree": 1, "shutil.move": 2, "shutil.copyfile": 0,
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(folder: Path) -> None:
    """From now on this process raises `PermissionError` where it would change anything but what lies below `folder`, where temporary
    files go, too, and the caches of libraries. It cannot be undone."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    others = (Path.home() / ".cache", "/dev/null", "/dev/shm", "/proc/self/clear_refs")  # nosec B108  # compared with, no file is made there
    roots = tuple(map(str, map(os.path.realpath, (str(folder), *map(str, others)))))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            paths = arguments[:1] if isinstance(arguments[2], int) and arguments[2] & WRITING else ()
        elif event == "os.symlink":
            paths = arguments[1:2]
        else:
            paths = arguments[: CHANGES.get(event, 0)]
        for path in paths:
            if isinstance(path, str | bytes | os.PathLike):
                _check(os.fsdecode(path), roots, follow=event == "open")

    sys.addaudithook(watch)


def _check(path: str, roots: tuple[str, ...], follow: bool) -> None:
    """
    Raises:
        PermissionError: the path, or for `open` what its links lead to, is in none of these folders.
    """
    try:
        folder, name = os.path.split(os.path.abspath(path))
        where = os.path.realpath(path) if follow else os.path.join(os.path.realpath(folder), name)
    except (OSError, ValueError):
        return  # the system's own refusal follows
    if not any(where == root or where.startswith(f"{root}/") for root in roots):
        raise PermissionError(13, "Outside of the bench's folder", path)
