"""Routes for the addresses of pages, ahead of Streamlit's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from ..live.origin import base
from ..navigation import ENTRIES

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
#: Without it the browser looks for the server below the page's own address first ("/map/_stcore/health"): two 404s.
SERVER = "<script>window.__streamlit = { BACKEND_BASE_URL: new URL('.', location.href).href };</script>"


def routes() -> list[Route]:
    """One for each page: the first page redirects to "/", the others answer with Streamlit's HTML."""
    prefix = base()
    return [Route(f"{prefix}/{name}", page if index else to_first) for index, name in enumerate(ENTRIES)]


def page(request: Request) -> HTMLResponse:
    """Streamlit's HTML with the address of the server set."""
    return HTMLResponse(html(), headers={"Cache-Control": "no-cache"})


@cache
def html() -> str:
    """Streamlit's HTML, which is the same for every page, with the address of the server set."""
    return INDEX.read_text("utf8").replace("<head>", f"<head>{SERVER}", 1)


def to_first(request: Request) -> RedirectResponse:
    """Redirect "/home" to "/": Streamlit would open a "page not found" dialog there."""
    return RedirectResponse(f"{base()}/?{request.url.query}".rstrip("?"))
