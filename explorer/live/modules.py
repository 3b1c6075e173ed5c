"""The files of the components, at addresses that change with their content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .http import IMMUTABLE

COMPONENTS = Path(__file__).parents[1] / "components"


def modules_version() -> str:
    """A hash of all component files, for their address: files below it never change."""
    files = sorted(path for path in COMPONENTS.rglob("*") if path.suffix in (".js", ".css"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=6).hexdigest()


async def module(request: Request) -> Response:
    """A component's file, which browsers cache for good, as its address contains the version."""
    name = request.path_params["name"]
    path = COMPONENTS / name
    if not re.fullmatch(r"([a-z_]+/){1,2}[a-z_]+\.(js|css)", name) or not path.is_file():
        raise HTTPException(404, f"There is no module {name!r}.")
    kind = "text/javascript" if path.suffix == ".js" else "text/css"
    return FileResponse(path, media_type=kind, headers=IMMUTABLE)
