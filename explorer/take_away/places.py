"""Where the files of a page lie: in the page itself, or beside it in a folder."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from vae_core.runs.files import write_bytes

#: Takes a file's name, its content and its media type; returns the address where the page finds it.
Place = Callable[[str, bytes, str], str]


def inside(name: str, content: bytes, kind: str) -> str:
    """The file is in its own address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


class Folder:
    """Files below `folder`, at addresses that start with `prefix`; `written` has their paths."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder, self.prefix = folder, prefix
        self.written: list[Path] = []

    def __call__(self, name: str, content: bytes, kind: str) -> str:
        """
        Raises:
            RunError: the folder is not writable."""
        path = self.folder / name
        if path not in self.written:
            write_bytes(path, content)
            self.written.append(path)
        return self.prefix + name
