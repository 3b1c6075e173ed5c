"""The browser's modules: small, and a component imports what is shared, never another component."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.components import HERE

MODULES = sorted(HERE.rglob("*.js"))
NAMES = [path.relative_to(HERE).as_posix() for path in MODULES]
#: `import … from "./x.js"`, `import "./x.js"`, and types: `import("./x.js").Name`.
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
LONGEST = 300


def imports(path: Path) -> list[Path]:
    """The files that a module imports, or takes types from."""
    return [(path.parent / name).resolve() for name in IMPORT.findall(path.read_text("utf8"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_component_imports_its_own_modules_and_what_is_shared(name: str) -> None:
    own = HERE / name.split("/")[0]
    for target in imports(HERE / name):
        assert target.is_file(), f"{name} imports {target}, which does not exist"
        assert target.is_relative_to(own) or target.is_relative_to(HERE / "shared"), f"{name} imports {target}"


@pytest.mark.parametrize("name", NAMES)
def test_modules_are_small(name: str) -> None:
    lines = (HERE / name).read_text("utf8").count("\n")
    assert lines <= LONGEST, f"{name} has {lines} lines: cut it by noun"


def test_imports_are_seen_in_every_form() -> None:
    forms = (
        'import { a } from "./a.js";\nimport {\n  b,\n} from "../shared/b.js";\nimport "./c.js";\n'
        'export { d } from "./d.js";\nconst e = await import("./e.js");\n/** @type {import("./f.js").F} */\n'
    )
    assert IMPORT.findall(forms) == ["./a.js", "../shared/b.js", "./c.js", "./d.js", "./e.js", "./f.js"]
    assert HERE / "shared" / "map" / "latent_map.js" in imports(HERE / "map" / "map.js")


def test_every_component_has_an_entry() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_")} - {"shared"}
    assert folders == {
        "ahead",
        "codebook",
        "collapse",
        "compare",
        "decoding",
        "drawn_code",
        "featured",
        "interpolate",
        "lead",
        "link",
        "map",
        "mix",
        "multirate",
        "noise",
        "price",
        "print",
        "repair",
        "rotation",
        "rows",
        "stage",
        "training",
        "traversal",
    }
    for folder in folders:
        text = (HERE / folder / f"{folder}.js").read_text("utf8")
        assert re.search(r"^export function mount\(", text, re.MULTILINE), folder


def test_there_is_no_way_around_the_types() -> None:
    for path in MODULES:
        assert not re.search(r"@ts-(nocheck|ignore|expect-error)", path.read_text("utf8")), path.name
