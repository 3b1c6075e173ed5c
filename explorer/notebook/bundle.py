"""The browser's side of a widget as one module: the app's own components, and a loader that puts them together."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ..take_away.modules import OFFLINE, ROOT, sources

ENTRY = "notebook/browser/widget.js"
#: A widget is given its files by Python instead of finding them in a page.
INSTEAD = OFFLINE | {"take_away/browser/contents.js": "notebook/browser/contents.js"}
STYLES = ("components/shared/style.css", "take_away/browser/theme.css", "notebook/browser/widget.css")
LOADER = (Path(__file__).parent / "browser" / "loader.js").read_text("utf8")


def module() -> str:
    """The module that anywidget loads; all widgets of a document share what it loads."""
    found = json.dumps(sources(ENTRY, INSTEAD))
    version = hashlib.blake2b(found.encode(), digest_size=6).hexdigest()
    return (
        LOADER.replace('"VERSION"', json.dumps(version))
        .replace('"ENTRY"', json.dumps(f"betascope/{ENTRY}"))
        .replace('"SOURCES"', found)
    )


def style() -> str:
    return "\n".join((ROOT / name).read_text("utf8") for name in STYLES)
