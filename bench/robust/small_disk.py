"""A disk of a few MB that can be filled to the last block, and made read-only: a tmpfs of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1 << 20
#: A mount takes root; on machines where one is not root, `sudo` without a password.
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
FILLER = ".filler"


class SmallDisk:
    """path: where it is mounted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, free: int) -> None:
        """Leave so many bytes."""
        self.empty()
        block = os.statvfs(self.path).f_bsize
        filler = self.path / FILLER
        with open(filler, "wb") as file:
            left = os.statvfs(self.path).f_bavail * block
            os.posix_fallocate(file.fileno(), 0, max(block, left - free))

    def empty(self) -> None:
        """Room again."""
        (self.path / FILLER).unlink(missing_ok=True)

    def writable(self, yes: bool) -> None:
        subprocess.run([*AS_ROOT, "mount", "-o", "remount,rw" if yes else "remount,ro", self.path], check=True)


@contextmanager
def small_disk(path: Path, megabytes: int = 16) -> Iterator[SmallDisk]:
    """
    Raises:
        subprocess.CalledProcessError: nothing may be mounted here."""
    path.mkdir()
    options = f"size={megabytes}m,mode=755,uid={os.geteuid()},gid={os.getegid()}"
    subprocess.run([*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "betascope", path], check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run([*AS_ROOT, "umount", "-l", path], check=True)
