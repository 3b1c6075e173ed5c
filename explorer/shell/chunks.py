"""The files of Streamlit's own code that it requests only once an element needs them, though every page has such elements."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit

from ..live.modules import reached

STATIC = Path(streamlit.__file__).parent / "static"
#: The beginnings of their names: components, `st.html`, buttons and images.
NEEDED = ("BidiComponent", "Html", "Button", "ImageList")
IMPORT = re.compile(r'\b(?:from|import)"\./([^"]+\.js)"')


@cache
def chunks() -> tuple[str, ...]:
    """Their addresses, and those of what they import, without what the HTML names already; one that Streamlit has no more is left out."""
    folder = STATIC / "static" / "js"
    named = (STATIC / "index.html").read_text("utf8")

    def imports(name: str) -> list[str]:
        return [other for other in IMPORT.findall((folder / name).read_text("utf8")) if other not in named]

    needed = [path.name for stem in NEEDED for path in folder.glob(f"{stem}.*.js") if path.name not in named]
    return tuple(f"static/js/{name}" for name in dict.fromkeys([*needed, *reached(needed, imports)]))
