"""Follow me: a presenter's moves go to every browser on `/show` that follows; each of them decodes for itself.

A place (which run and page, and the keyframes of a path) is a text frame, a move is a binary one: condition, place on the path, and
the code, as float32. Followers get the newest of both; what they could not take in time is left out.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from ..access.modes import require
from .origin import same_origin
from .socket import FOREIGN, MALFORMED, PATIENCE, close

#: Of a presenter; a new one at each start of the server.
TOKEN = secrets.token_urlsafe(16)
#: Bytes of a place and of a move, and followers, at most.
LONGEST_PLACE, LONGEST_MOVE, MOST = 2**17, 4 * 1024, 2000
#: Seconds between two counts of followers for the presenter.
COUNTING = 1.0
WRONG_TOKEN, FULL = 4403, 1013


@dataclass(eq=False)
class Follower:
    """What one browser has not been sent yet."""

    place: str | None
    move: bytes | None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_to(self, socket: WebSocket) -> None:
        """Send the newest place and move, whenever there are any.

        Raises:
            TimeoutError: the browser does not read.
        """
        while True:
            await self.news.wait()
            self.news.clear()
            (place, self.place), (move, self.move) = (self.place, None), (self.move, None)
            async with asyncio.timeout(PATIENCE):
                if place is not None:
                    await socket.send_text(place)
                if move is not None:
                    await socket.send_bytes(move)


class Hall:
    """All followers, and what is shown to them; used in the server's event loop alone."""

    def __init__(self) -> None:
        self.followers: set[Follower] = set()
        self.place: str | None = None
        self.move: bytes | None = None

    def join(self) -> Follower:
        """A new follower, who gets what is shown at once."""
        follower = Follower(self.place, self.move)
        if self.place or self.move:
            follower.news.set()
        self.followers.add(follower)
        return follower

    def go(self, place: str) -> None:
        """Everyone goes to another place; moves of the last one are over."""
        self.place, self.move = place, None
        for follower in self.followers:
            follower.place, follower.move = place, None
            follower.news.set()

    def show(self, move: bytes) -> None:
        """Everyone sees the same code."""
        self.move = move
        for follower in self.followers:
            follower.move = move
            follower.news.set()


HALL = Hall()


async def follow(socket: WebSocket) -> None:
    """Places and moves, until the browser leaves; anything that it sends closes its own socket."""
    if not same_origin(socket.headers):
        await socket.close(FOREIGN)
        return
    if len(HALL.followers) >= MOST:
        await socket.close(FULL)
        return
    await socket.accept()
    follower = HALL.join()
    try:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(follower.send_to(socket))
            message = await socket.receive()
            sending.cancel()
        if message["type"] != "websocket.disconnect":
            await close(socket, MALFORMED)
    except* (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        await close(socket, 1011)  # it does not read, or disconnected within a frame
    finally:
        HALL.followers.discard(follower)


async def lead(socket: WebSocket) -> None:
    """A presenter: the first frame is `{"token": …}`, then come places and moves; it is told how many follow."""
    if not same_origin(socket.headers):
        await socket.close(FOREIGN)
        return
    require("lead")
    await socket.accept()
    counting: asyncio.Task[None] | None = None
    try:
        if not holds_token(await socket.receive_text()):
            await close(socket, WRONG_TOKEN)
            return
        counting = asyncio.create_task(_count(socket))
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (move := message.get("bytes")) is not None:
                HALL.show(valid_move(move))
            else:
                HALL.go(valid_place(message.get("text") or ""))
    except WebSocketDisconnect:
        return
    except (ValueError, KeyError, RecursionError):
        await close(socket, MALFORMED)
    finally:
        if counting:
            counting.cancel()


async def _count(socket: WebSocket) -> None:
    """Tell the presenter how many follow, at once and after each change."""
    last = -1
    with suppress(RuntimeError, OSError, WebSocketDisconnect):
        while True:
            if len(HALL.followers) != last:
                last = len(HALL.followers)
                await socket.send_text(json.dumps({"followers": last}))
            await asyncio.sleep(COUNTING)


def holds_token(text: str) -> bool:
    """Whether a first frame has the presenter's token; compared in constant time."""
    try:
        token = json.loads(text)["token"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
    return isinstance(token, str) and hmac.compare_digest(token.encode(), TOKEN.encode())


def valid_place(text: str) -> str:
    """A place as it was sent.

    Raises:
        ValueError: it is too long, or does not name a run and a page.
    """
    if len(text) > LONGEST_PLACE:
        raise ValueError(f"A place of {len(text)} characters: at most {LONGEST_PLACE}.")
    place = json.loads(text)
    if not (isinstance(place, dict) and isinstance(place.get("run"), str) and isinstance(place.get("page"), str)):
        raise ValueError("A place names a run and a page.")
    return text


def valid_move(move: bytes) -> bytes:
    """A move as it was sent.

    Raises:
        ValueError: an impossible length.
    """
    if not 12 <= len(move) <= LONGEST_MOVE or len(move) % 4:
        raise ValueError(f"A move of {len(move)} bytes: it takes 8, and 4 for each number of the code.")
    return move
