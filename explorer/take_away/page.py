"""The page itself, as one file or as a site."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vae_core.runs import Run
from vae_core.runs.files import write_bytes

from ..home.pictures import strips_html
from ..images.thumbnails import thumbnail
from .contents import contents
from .modules import ROOT, import_map
from .places import Folder, Place, inside
from .tour import read_tour, tour_contents

ENTRY = "take_away/browser/page.js"
STYLES = ("components/shared/style.css", "take_away/browser/theme.css", "take_away/browser/page.css")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
<script type="importmap">{modules}</script>
<script type="application/json" id="contents">{contents}</script>
<body></body>
<script type="module">import "betascope/{entry}";</script>
</html>
"""

INDEX = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Betascope</title>
<style>{style}</style>
<body><header><h1>Betascope</h1></header><main class="cards">
{cards}
</main></body>
</html>
"""


def page(runs: Sequence[Run], place: Place = inside, shared: Place = inside, **more: Any) -> str:
    """The HTML of these runs; with everything in it, it works from a disk, without a network.

    place, shared: where the files of the runs, and those of every page, go. more: further entries of browser/contents.js.

    Raises:
        BetascopeError: as `contents`.
    """
    return document(contents(runs, place, shared) | more, shared)


def document(found: dict[str, Any], shared: Place = inside) -> str:
    """The HTML of what browser/contents.js describes."""
    return PAGE.format(
        title=html.escape(found["title"]),
        style=style(),
        modules=import_map(ENTRY, shared),
        contents=json.dumps(found).replace("<", "\\u003c"),  # nothing in it may end the script element
        entry=ENTRY,
    )


def style() -> str:
    return "\n".join((ROOT / name).read_text("utf8") for name in STYLES)


def write_page(runs: Sequence[Run], path: Path, tour: Path | None = None) -> list[Path]:
    """Write `page`, or with `tour`, a JSON file, the views of a tour with their captions; returns the file.

    Raises:
        BetascopeError: as `page`, no tour in the file, or the folder is not writable.
    """
    content = page(runs) if tour is None else document(tour_contents(read_tour(tour), runs, inside, inside))
    write_bytes(path, content.encode())
    return [path]


def write_site(runs: Sequence[Run], folder: Path) -> list[Path]:
    """Write a page for each run with all files beside them, for any web server; several runs have an index.

    Raises:
        BetascopeError: as `page`, or the folder is not writable.
    """
    place = Folder(folder, "./")
    if len(runs) == 1:
        place("index.html", page(runs, place, place).encode(), "text/html")
    else:
        for run in runs:
            place(file_of(run), page([run], place, place, home="index.html").encode(), "text/html")
        place("index.html", index(runs).encode(), "text/html")
    return place.written


def index(runs: Sequence[Run]) -> str:
    """A card for each run, with a link to its page."""
    return INDEX.format(style=style(), cards="\n".join(map(card, runs)))


def card(run: Run) -> str:
    """Name, picture, and what it shows."""
    name, picture = run.config.name, strips_html(run)
    if picture is None:
        source = thumbnail(run)
        picture = f'<img src="{source}" alt="">' if source else ""
    about = html.escape(run.notes().about)
    return f'<a class="card" href="{html.escape(file_of(run))}">{picture}<b>{html.escape(name)}</b><span>{about}</span></a>'


def file_of(run: Run) -> str:
    return f"{run.id.replace('/', '-')}.html"
