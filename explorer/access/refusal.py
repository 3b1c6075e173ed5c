"""How a socket is refused so that a browser can tell why."""

from __future__ import annotations

from starlette.types import Message, Receive, Send

#: Bytes of a reason for closing a socket, at most (RFC 6455, 5.5).
REASON = 123


async def refuse_socket(receive: Receive, send: Send, code: int, sentence: str) -> None:
    """Accept a socket that asks for it, only to close it: before that a browser sees no code and no reason."""
    await receive()
    await send({"type": "websocket.accept"})
    await send(closing(code, sentence))


def closing(code: int, sentence: str) -> Message:
    """The message that closes a socket, with the sentence as its reason."""
    return {"type": "websocket.close", "code": code, "reason": sentence.encode()[:REASON].decode(errors="ignore")}
