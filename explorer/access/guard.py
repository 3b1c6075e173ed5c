"""ASGI middleware: who sends a request, and whether they have some of their share left. In `personal` mode it does nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vae_core.config import BetascopeError
from vae_core.serving import METER

from . import client
from .limits import OverLimit, limits
from .modes import Denied, Mode, mode, require
from .share import DECODING, SOCKETS, check_decoding

#: Codes of a socket that is closed: not allowed here, over a limit.
DENIED, OVER = 4405, 4429
#: Streamlit's route for files of `st.file_uploader`.
UPLOADS = "/_stcore/upload_file"
YEAR = 365 * 24 * 3600
#: Bytes of a reason for closing a socket, at most (RFC 6455, 5.5).
REASON = 123


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
            own_route = path.split("/")[1:2] != ["_stcore"]
            if scope["type"] == "websocket" and own_route:
                await self._socket(scope, receive, send)
            else:
                await self._request(path, scope, receive, send if known else with_cookie(send, scope))
        except (Denied, OverLimit) as error:
            await refuse(error, scope, receive, send)
        finally:
            client.REQUEST.reset(token)

    def _decodes(self, path: str) -> bool:
        return path.split("/")[1:2] in [[first] for first in self.decoding]

    async def _request(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._decodes(path):
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
            with ExitStack() as open:
                open.enter_context(
                    SOCKETS.one_more(who, most, f"You have {most:g} of {most:g} live pages open: close one.")
                )
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
                await send(closing(error))
                return {"type": "websocket.disconnect", "code": OVER}
        return message

    return next_message


def closing(error: BetascopeError) -> Message:
    """The message that closes a socket, with the sentence as its reason."""
    reason = str(error).encode()[:REASON].decode(errors="ignore")
    return {"type": "websocket.close", "code": OVER if isinstance(error, OverLimit) else DENIED, "reason": reason}


async def refuse(error: BetascopeError, scope: Scope, receive: Receive, send: Send) -> None:
    """One sentence: 403 or 429, or a socket that is closed."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})  # else a browser cannot tell why it was closed
        await send(closing(error))
        return
    status = 429 if isinstance(error, OverLimit) else 403
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
