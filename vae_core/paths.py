"""Paths that a person wrote."""

from __future__ import annotations

import os
from pathlib import Path

from .config import ConfigError, shown


def written_path(text: str | Path) -> Path:
    """The path that a text stands for, ~ being the home directory; whether anything is there is another question.

    Raises:
        ConfigError: no system takes this as a path, or it may not be looked at.
    """
    path = Path(os.path.expanduser(text))
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{shown(str(text))} cannot be opened ({getattr(error, 'strerror', None) or error})."
        ) from error
    return path
