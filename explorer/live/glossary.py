"""The glossary for the browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from vae_core.glossary import WORDS


async def glossary(request: Request) -> JSONResponse:
    """All entries: name, text and spellings."""
    entries = [{"name": word.name, "text": word.text, "spellings": word.spellings} for word in WORDS]
    return JSONResponse(entries, headers={"Cache-Control": "max-age=3600"})
