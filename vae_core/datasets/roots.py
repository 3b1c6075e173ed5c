"""The folders that paths may lead to, where somebody set them: the app does, for all paths that come from a browser.

The environment carries them, so that they hold for workers and other processes of the app, too, and for paths that came in
with an imported run. On the command line nothing is set: who has a shell reads what the system lets them.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..paths import written_path
from .base import DataError

#: Folders, separated as in `PATH`; "" or unset: any path.
ROOTS = "BETASCOPE_DATA_ROOTS"


def permitted(name: str | Path) -> Path:
    """The path that a name stands for, `~` expanded.

    Raises:
        DataError: it leads out of the folders of `BETASCOPE_DATA_ROOTS`, by links or otherwise, or is no path at all. Whether
            anything is there is not said.
    """
    try:
        path = Path(os.path.expanduser(name))
        if is_permitted(path):
            return written_path(path)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long, a null character
        raise DataError(f"{str(name)[:200]!r} is not a path; name a folder or file on this computer.") from error
    raise DataError(
        f"{str(name)[:200]!r} is outside of the folders that may be read here; upload the files instead, or have "
        f"{ROOTS} name their folder when Betascope is started."
    )


def is_permitted(path: Path) -> bool:
    """Whether a path may be read, wherever its links lead.

    Raises:
        OSError, RuntimeError, ValueError: a loop of links, or no path.
    """
    roots = [Path(root).expanduser().resolve() for root in os.environ.get(ROOTS, "").split(os.pathsep) if root]
    return not roots or any(path.resolve().is_relative_to(root) for root in roots)


def may_be_read(name: str | Path) -> bool:
    """Whether `permitted` accepts it."""
    try:
        permitted(name)
    except DataError:
        return False
    return True
