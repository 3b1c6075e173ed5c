"""Headers on every answer: what a page may load and do, and who may embed it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_origin_from_redirect_uri
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from vae_core.config import ConfigError

#: Addresses of other sites whose pages may embed the app, with spaces between them.
FRAME_ANCESTORS = "BETASCOPE_FRAME_ANCESTORS"
ADDRESS = re.compile(r"https?://(\*\.)?[\w.-]+(:(\d+|\*))?")
INLINE = re.compile(r"<script(?![^>]*\b(?:src|application/json)\b)[^>]*>(.*?)</script>", re.DOTALL)
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(html: str, *sources: str) -> str:
    """The Content-Security-Policy of a page: no other host, and of inline scripts only those in it.

    html: of the page. sources: where else its scripts may come from.

    Raises:
        ConfigError: as `frame_ancestors`.
    """
    scripts = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in INLINE.findall(html)
    ]
    return "; ".join(
        [
            "default-src 'self'",
            # WebAssembly decodes; Streamlit loads the first lines of each component from a blob.
            " ".join(["script-src 'self' 'wasm-unsafe-eval'", *sources, *scripts]),
            "worker-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # Streamlit's styles are made while it runs
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors()}",
        ]
    )


@cache
def frame_ancestors() -> str:
    """Who may embed the app: its own pages, and the sites in `BETASCOPE_FRAME_ANCESTORS`.

    Raises:
        ConfigError: one of them is no address."""
    sites = os.environ.get(FRAME_ANCESTORS, "").split()
    for site in sites:
        if not ADDRESS.fullmatch(site):
            raise ConfigError(
                f"{FRAME_ANCESTORS}: {site!r} is no site; it takes addresses such as https://moodle.example.edu, with spaces between them."
            )
    return " ".join(["'self'", *sites])


class SecurityHeaders:
    """ASGI middleware: adds the headers that an answer has not set itself, to refused sockets, too.

    html: of the app's pages.

    Raises:
        ConfigError: as `policy`.
    """

    def __init__(self, app: ASGIApp, html: str) -> None:
        self.app = app
        self.headers = OTHERS | {"Content-Security-Policy": policy(html, "blob:")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = False

        async def send_with_headers(message: Message) -> None:
            nonlocal accepted
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                self.add_to(message)
            elif message["type"] == "websocket.accept":
                accepted = True
            elif message["type"] == "websocket.close" and not accepted and _may_refuse(scope):
                # The server's own refusal of a socket has no headers.
                start = {"type": "websocket.http.response.start", "status": 403, "headers": []}
                self.add_to(start)
                await send(start)
                message = {"type": "websocket.http.response.body", "body": b""}
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def add_to(self, message: Message) -> None:
        message["headers"] = [(name, _kept_secret(name, value)) for name, value in message.get("headers", [])]
        headers = MutableHeaders(scope=message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)


def _kept_secret(name: bytes, value: bytes) -> bytes:
    """A cookie of Streamlit's sign-in, with the flag that it leaves out: where the app is reached by https, by nothing else."""
    is_of_sign_in = name.lower() == b"set-cookie" and value.startswith(USER_COOKIE_NAME.encode())
    if is_of_sign_in and (get_origin_from_redirect_uri() or "").startswith("https:"):
        return value + b"; Secure"
    return value


def _may_refuse(scope: Scope) -> bool:
    return "websocket.http.response" in scope.get("extensions", {})
