"""Whose a run or an upload is: `owner.json` in its folder. It stays behind when a run is exported."""

from __future__ import annotations

from pathlib import Path

from vae_core.runs.files import RunError, read_json, write_json

from . import client

FILE = "owner.json"


def claim(folder: Path) -> None:
    """Make the current client the owner of a folder that has none.

    Raises:
        RunError: the folder is not writable.
    """
    if not (folder / FILE).exists():
        write_json(folder / FILE, {"owner": client.current()})


def owner_of(folder: Path) -> str:
    """The client that made it; "" for what came by command line, or before there were owners."""
    try:
        return str(read_json(folder / FILE).get("owner", ""))
    except (RunError, OSError, AttributeError):
        return ""


def is_own(folder: Path) -> bool:
    """Whether the current client made it."""
    return owner_of(folder) == client.current() != client.NOBODY
