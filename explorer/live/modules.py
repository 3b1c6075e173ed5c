"""The files of the components, at addresses that change with their content."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .http import IMMUTABLE

#: Bytes of the header that names modules: a reverse proxy may take no more than 4 KB of headers (nginx, `proxy_buffer_size`).
MOST = 3000
COMPONENTS = Path(__file__).parents[1] / "components"
#: `import … from "./x.js"`, `export … from "./x.js"` and `import "./x.js"`, not types in comments.
IMPORT = re.compile(r"""^(import|export)\b([^"';(=]*?)(["'])(\.{1,2}/[^"']+)\3""", re.MULTILINE)


@cache
def modules_version() -> str:
    """A hash of all component files, for their address: files below it never change."""
    files = sorted(path for path in COMPONENTS.rglob("*") if path.suffix in (".js", ".css"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=6).hexdigest()


def address_of(component: str) -> str:
    """Where a component's own module is, from any page's address: all pages lie one level below the app's, as a proxy may serve it below any path."""
    return f"modules/{modules_version()}/{component}/{component}.js"


def resolved(importer: str, path: str) -> str:
    """The name of the module that `importer` imports by a relative path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))


@cache
def needed_by(name: str) -> tuple[str, ...]:
    """All modules that a module imports, directly or through others."""

    def imports(importer: str) -> list[str]:
        found = IMPORT.finditer((COMPONENTS / importer).read_text("utf8"))
        return [resolved(importer, match[4]) for match in found]

    return reached([name], imports)


def reached(names: Iterable[str], imports: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """What these files import, directly or through others, the nearest first. imports: of one file."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        for target in imports(waiting.pop(0)):
            if target not in found:
                found[target] = None
                waiting.append(target)
    return tuple(found)


async def module(request: Request) -> Response:
    """A component's file, which browsers cache for good, as its address contains the version.

    Its header names the modules that it needs, the nearest first, so that the browser requests them at once and not level by level.
    """
    name = request.path_params["name"]
    path = COMPONENTS / name
    if not re.fullmatch(r"([a-z_]+/){1,2}[a-z_]+\.(js|css)", name) or not path.is_file():
        raise HTTPException(404, f"There is no module {name!r}.")
    if path.suffix == ".css":
        return FileResponse(path, media_type="text/css", headers=IMMUTABLE)
    folder = posixpath.dirname(name)
    links = preloads([posixpath.relpath(needed, folder) for needed in needed_by(name)])
    return FileResponse(path, media_type="text/javascript", headers=IMMUTABLE | ({"Link": links} if links else {}))


def preloads(addresses: Iterable[str]) -> str:
    """A `Link` header: modules that a browser is to request at once; the last ones are left out of a header that is too long."""
    links = [f"<{address}>;rel=modulepreload" for address in addresses]
    while sum(map(len, links)) + len(links) > MOST:
        links.pop()
    return ",".join(links)


def modules_of(components: Iterable[str]) -> list[str]:
    """The addresses of all modules of these components: their own ones, then all that those need."""
    own = [f"{name}/{name}.js" for name in components]
    needed = [other for name in own for other in needed_by(name)]
    return [f"modules/{modules_version()}/{name}" for name in dict.fromkeys([*own, *needed])]
