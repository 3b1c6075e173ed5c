"""The browser's modules: an import map from names to where their sources are.

A module imports others by relative paths, which have no meaning inside one file; they become names below `betascope/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

from ..live.decoder import RUNTIME
from ..live.modules import IMPORT, resolved
from .places import Place

#: The folder that the names of modules start from.
ROOT = Path(__file__).parents[1]
#: Modules that ask a server, and those that take their place.
OFFLINE = {
    "components/shared/server.js": "take_away/browser/server.js",
    "components/shared/encoding.js": "take_away/browser/server.js",
    "components/shared/remote.js": "take_away/browser/remote.js",
    "components/shared/local/decoder.js": "take_away/browser/decoder.js",
}


def import_map(entry: str, place: Place) -> str:
    """The import map of a module and all that it imports, as JSON. `onnxruntime-web` is among them."""
    imports = {
        name: place(f"modules/{name.removesuffix('.js')}.js", source.encode(), "text/javascript")
        for name, source in sources(entry).items()
    }
    return json.dumps({"imports": imports})


def sources(entry: str, instead: Mapping[str, str] = OFFLINE) -> dict[str, str]:
    """The source of a module and of all that it imports by name, each after those that it imports itself.

    instead: modules that others take the place of.
    """
    found = {"onnxruntime-web": (RUNTIME / "ort.wasm.bundle.min.mjs").read_text("utf8")}
    order: TopologicalSorter[str] = TopologicalSorter({"onnxruntime-web": ()})
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if f"betascope/{name}" not in found:
            found[f"betascope/{name}"], imported = named_imports(name, (ROOT / name).read_text("utf8"), instead)
            order.add(f"betascope/{name}", *(f"betascope/{other}" for other in imported))
            waiting += imported
    return {name: found[name] for name in order.static_order()}


def named_imports(name: str, source: str, instead: Mapping[str, str] = OFFLINE) -> tuple[str, list[str]]:
    """A module's source with names in place of relative paths, and the modules that it imports."""
    imported: list[str] = []

    def rename(match: re.Match[str]) -> str:
        word, between, _, path = match.groups()
        target = resolved(name, path)
        target = instead.get(target, target)
        imported.append(target)
        return f'{word}{between}"betascope/{target}"'

    return IMPORT.sub(rename, source), imported
