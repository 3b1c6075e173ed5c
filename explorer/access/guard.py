"""ASGI middleware: who sends a request, and whether they have some of their share left. In `personal` mode it does nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vae_core.serving import METER

from . import client
from .limits import OverLimit, limits
from .modes import Denied, Mode, mode, require
from .refusal import closing, refuse_socket
from .share import DECODING, SOCKETS, check_decoding

#: Codes of a socket that is closed: not allowed here, over a limit.
DENIED, OVER = 4405, 4429
#: Streamlit's route for files of `st.file_uploader`.
UPLOADS = "/_stcore/upload_file"
YEAR = 365 * 24 * 3600


class Guard:
    """base: the path below which everything is served. decoding: first parts of the paths of routes that use the decode thread."""

    def __init__(self, app: ASGIApp, base: str, decoding: Collection[str] = ("live", "repair")) -> None:
        self.app, self.base, self.decoding = app, base, decoding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or mode() == Mode.PERSONAL:
            await self.app(scope, receive, send)
            return
        known = client.of_headers(Headers(scope=scope))
        token = client.REQUEST.set(known or address_of(scope))
        try:
            path = str(scope["path"]).removeprefix(self.base)
            if path.startswith(UPLOADS):
                require("upload")
            first = path.removeprefix("/").partition("/")[0]
            if scope["type"] == "websocket" and first != "_stcore":
                await self._socket(scope, receive, send)
            else:
                await self._request(first, scope, receive, send if known else with_cookie(send, scope))
        except (Denied, OverLimit) as error:
            await refuse(error, scope, receive, send)
        finally:
            client.REQUEST.reset(token)

    async def _request(self, first: str, scope: Scope, receive: Receive, send: Send) -> None:
        if first not in self.decoding:
            await self.app(scope, receive, send)
            return
        who = client.REQUEST.get()
        check_decoding(who)
        token = METER.set(charged_to(who))
        try:
            await self.app(scope, receive, send)
        finally:
            METER.reset(token)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket of ours: one of few, and each of its requests costs."""
        who, most = client.REQUEST.get(), limits().sockets
        token = METER.set(charged_to(who))
        try:
            with SOCKETS.one_more(who, most, f"You have {most:g} of {most:g} live pages open: close one."):
                await self.app(scope, affordable(receive, send, who), send)
        finally:
            METER.reset(token)


def charged_to(who: str) -> Callable[[float], None]:
    """What the decode thread reports its seconds to."""
    return lambda seconds: DECODING.charge(who, seconds)


def affordable(receive: Receive, send: Send, who: str) -> Receive:
    """`receive`, until the client has used up its seconds of decoding: then the socket is closed with a sentence."""

    async def next_message() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive":
            try:
                check_decoding(who)
            except OverLimit as error:
                await send(closing(OVER, str(error)))
                return {"type": "websocket.disconnect", "code": OVER}
        return message

    return next_message


async def refuse(error: Denied | OverLimit, scope: Scope, receive: Receive, send: Send) -> None:
    """One sentence: 403 or 429, or a socket that is closed."""
    code, status = (OVER, 429) if isinstance(error, OverLimit) else (DENIED, 403)
    if scope["type"] == "websocket":
        await refuse_socket(receive, send, code, str(error))
    else:
        await PlainTextResponse(str(error), status, {"Cache-Control": "no-store"})(scope, receive, send)


def with_cookie(send: Send, scope: Scope) -> Send:
    """`send`, with our cookie on HTML: a page comes before anything that it requests."""

    async def answered(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                headers.append("set-cookie", cookie(scope))
        await send(message)

    return answered


def cookie(scope: Scope) -> str:
    """A new client's cookie: for this server's pages alone, out of reach for scripts."""
    secure = "; Secure" if scope.get("scheme") in ("https", "wss") else ""
    return f"{client.COOKIE}={client.new_cookie()}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}"


def address_of(scope: Scope) -> str:
    """The network address of a client without a cookie; "nobody" where there is none."""
    peer: Any = scope.get("client")
    return f"address {peer[0]}" if peer else client.NOBODY
