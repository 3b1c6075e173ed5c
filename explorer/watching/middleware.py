"""Around every request and socket: its id, its line in the log, its count."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from vae_core.logs import REQUEST_ID

from ..access import client
from ..live.metrics import OPEN_SOCKETS, REQUESTS
from .ids import HEADER, chosen
from .logs import set_up
from .names import group_of, route_of

LOG = logging.getLogger("betascope.requests")
#: Files and probes: a page loads a hundred of them, a probe comes every few seconds.
QUIET = ("static", "modules", "runtime", "media", "healthz", "metrics", "streamlit")
#: The messages that begin an answer; the last is that of a socket which is refused with a response.
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
#: Status of a socket: accepted, refused before that.
ACCEPTED, REFUSED = 101, 403


def watching() -> list[Middleware]:
    """For `st.App`, before all other middleware. Sets up the log, too, so that it has the first lines of the server."""
    set_up()
    return [Middleware(Watched)]


class Watched:
    """Pure ASGI: nothing is buffered, bytes pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        number = chosen(Headers(scope=scope).get(HEADER, ""))
        REQUEST_ID.set(number)  # for good: each request has a task of its own, in which the server may log after us
        MutableHeaders(scope=scope)[HEADER] = number  # for a page's script, which sees the headers of its socket
        answer = Answer(scope, send, number)
        try:
            await self.app(scope, receive, answer.send)
        except (ClientDisconnect, WebSocketDisconnect):
            pass  # nobody is there to be answered, and nothing is wrong
        except Exception:
            LOG.exception("%s failed", answer.title(), extra={"route": route_of(scope)})
            await answer.fail(receive)
        finally:
            answer.end()


class Answer:
    """What has been answered so far. status: 0 while nothing was, or if the client left before."""

    def __init__(self, scope: Scope, send: Send, number: str) -> None:
        self.scope, self.passed_on, self.number = scope, send, number
        self.started, self.status, self.ended = time.perf_counter(), 0, False

    async def send(self, message: Message) -> None:
        """Pass a message on; the first one gets the header."""
        kind = message["type"]
        if kind in STARTS:
            self.status = message.get("status", ACCEPTED)
            message["headers"] = [*message.get("headers", ()), (HEADER.lower().encode(), self.number.encode())]
        if kind == "websocket.accept":
            OPEN_SOCKETS[group_of(self.scope)] += 1
        elif kind == "websocket.close":
            self.status, self.ended = self.status or REFUSED, True
        await self.passed_on(message)

    async def fail(self, receive: Receive) -> None:
        """After an unexpected error: one sentence with the id, if nothing was sent yet; a socket is closed."""
        if self.scope["type"] == "http" and not self.status:
            sentence = f"Something went wrong in the server; its log has the details under {self.number}."
            await PlainTextResponse(sentence, 500)(self.scope, receive, self.send)
        elif self.scope["type"] == "websocket" and not self.ended:
            with suppress(RuntimeError, OSError):  # it has left meanwhile
                await self.send({"type": "websocket.close", "code": 1011})

    def title(self) -> str:
        """ "GET /live/{run:path}/images": the route, as a path may name what is private."""
        return f"{self.scope.get('method', 'Socket')} {route_of(self.scope)}"

    def end(self) -> None:
        """Count it, and log it unless it is one of many that went well."""
        group, route = group_of(self.scope), route_of(self.scope)
        REQUESTS.labels(route, self.status).inc()
        is_socket = self.scope["type"] == "websocket"
        if is_socket and self.status == ACCEPTED:
            OPEN_SOCKETS[group] -= 1
        level = logging.DEBUG if group in QUIET and 0 < self.status < 400 else logging.INFO
        if LOG.isEnabledFor(level):
            milliseconds = round(1000 * (time.perf_counter() - self.started), 1)
            extra = {"route": route, "status": self.status, "ms": milliseconds}
            if user := client.of_headers(Headers(scope=self.scope)):
                extra["user"] = user
            LOG.log(level, "%s: %d in %s ms", self.title(), self.status, milliseconds, extra=extra)
