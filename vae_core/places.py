"""Where the files lie that ship beside the packages: on the top level of a clone; installed, in a folder `betascope`."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).parents[1]
#: Whether this is a package that was installed, and no clone.
INSTALLED = (_BESIDE / "betascope" / "app.py").is_file()
#: `app.py`, `pages/`, `.streamlit/` and `checkpoints/gallery/` lie below it.
FILES = _BESIDE / "betascope" if INSTALLED else _BESIDE
#: The folder that child processes start in: a clone, so that `python -m vae_core` is the one in it; installed, the current folder.
PROJECT = None if INSTALLED else _BESIDE


def to_install(name: str) -> str:
    """The command that adds what requirements-NAME.txt names."""
    return f"pip install 'betascope[{name}]'" if INSTALLED else f"pip install -r requirements-{name}.txt"
