"""The file itself."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path

from streamlit.logger import set_log_level

from vae_core.runs import Run
from vae_core.runs.files import write_bytes

from .contents import contents
from .modules import ROOT, import_map

ENTRY = "take_away/browser/page.js"
STYLES = ("components/shared/style.css", "take_away/browser/page.css")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<script type="importmap">{modules}</script>
<script type="application/json" id="contents">{contents}</script>
<body></body>
<script type="module">import "betascope/{entry}";</script>
</html>
"""


def page(runs: Sequence[Run]) -> str:
    """One HTML file with everything in it; it works from a disk, without a network.

    Raises:
        BetascopeError: as `contents`.
    """
    found = contents(runs)
    return PAGE.format(
        title=html.escape(found["title"]),
        style="\n".join((ROOT / name).read_text("utf8") for name in STYLES),
        modules=import_map(ENTRY),
        contents=json.dumps(found).replace("<", "\\u003c"),  # nothing in it may end the script element
        entry=ENTRY,
    )


def write_page(runs: Sequence[Run], path: Path) -> list[Path]:
    """Write `page`; returns the file.

    Raises:
        BetascopeError: as `page`, or the folder is not writable.
    """
    set_log_level("error")  # Streamlit warns that its caches are used outside of a page
    write_bytes(path, page(runs).encode())
    return [path]
