"""Where sign-in is set up, nothing is served to who has not signed in, except what the sign-in page is made of."""

from __future__ import annotations

import os
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .identity import configured, user_of
from .refusal import refuse_socket

#: "1": `/show` needs no sign-in, for the phones of a lecture hall.
OPEN_SHOW = "BETASCOPE_OPEN_SHOW"
#: Code with which a socket is closed, and the sentence that goes with it.
SIGNED_OUT = 4401
SENTENCE = "Sign in first: open the app's first page."
#: Streamlit's page before it has a session, its sign-in, and what says that the server is there. A name that ends in a slash is a folder.
STREAMLIT = (
    "", "index.html", "favicon.png", "manifest.json", "static/", "_stcore/health", "_stcore/host-config", "_stcore/stream",
    "_stcore/bidi-components/", "auth/login", "auth/logout", "oauth2callback",
)  # fmt: skip
#: Our own that hold nothing of a run; metrics are off unless they are asked for.
OURS = ("healthz", "metrics", "modules/", "runtime/")
#: What `/show` needs beside those; `/lead` asks for its own token.
SHOW = ("show/", "follow", "lead")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Betascope</title><style>:root {{ color-scheme: light dark }} body {{ font-family: system-ui, sans-serif; margin: 20vh auto; max-width: 32rem; padding: 0 1.5rem }}</style>
<body><h1>Betascope</h1><p>Sign in first: <a href="{}/">open the app's first page</a>.</p></body></html>"""


class Gate:
    """ASGI middleware: HTTP 401, or a socket that is closed with 4401, for who has not signed in.

    base: the path below which everything is served. pages: names of the pages, whose HTML is Streamlit's empty frame.
    """

    def __init__(self, app: ASGIApp, base: str, pages: Collection[str]) -> None:
        self.app, self.base = app, base
        self.open = (*STREAMLIT, *OURS, *pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._admits(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await refuse_socket(receive, send, SIGNED_OUT, SENTENCE)
        else:
            await self._refusal(Headers(scope=scope))(scope, receive, send)

    def _admits(self, scope: Scope) -> bool:
        return not configured() or self._is_open(scope["path"]) or user_of(Headers(scope=scope)) is not None

    def _is_open(self, path: str) -> bool:
        name = path.removeprefix(self.base).removeprefix("/")
        listed = (*self.open, *SHOW) if os.environ.get(OPEN_SHOW) == "1" else self.open
        return any(name.startswith(one) if one.endswith("/") else name == one for one in listed)

    def _refusal(self, headers: Headers) -> Response:
        more = {"Cache-Control": "no-store"}
        if "text/html" in headers.get("accept", ""):
            return HTMLResponse(PAGE.format(self.base), 401, more)
        return PlainTextResponse(SENTENCE, 401, more)
