"""The socket: codes in, pixels out."""

from __future__ import annotations

import asyncio
import json
import struct

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.serving import DECODE_SERVICE, MODEL_CACHE, RequestError

from .decoder import is_settled, runtime_address
from .origin import same_origin

#: Of each frame from the client: sequence number, condition (a class or a β; −1: none). The codes follow as float32.
HEADER = struct.Struct("<If")
#: Requests of one socket that are processed at a time; more wait in the network.
IN_FLIGHT = 4
#: Seconds after which a client that does not read is disconnected.
PATIENCE = 20.0
MALFORMED, GONE, FOREIGN = 1007, 4404, 1008


async def live(socket: WebSocket) -> None:
    """Codes in, pixels out, until the client disconnects or sends an invalid request."""
    if not same_origin(socket.headers):
        await socket.close(FOREIGN)  # before it is accepted: the browser sees 403
        return
    await socket.accept()
    from .. import library  # Streamlit's caches need a running server when they are declared

    try:
        run = await run_in_threadpool(library.find, socket.path_params["run"])
        await socket.send_text(json.dumps(await run_in_threadpool(hello, run)))
        await _answer_all(socket, run)
    except WebSocketDisconnect:
        pass
    except BetascopeError as error:
        await _refuse(socket, str(error), MALFORMED if isinstance(error, RequestError) else GONE)
    except (TimeoutError, RuntimeError, OSError):
        await close(socket, 1011)  # the client does not read, or disconnected within a frame


def hello(run: Run) -> dict[str, object]:
    """The first message: what a client needs to know for its requests."""
    model = MODEL_CACHE.model(run)
    return {
        "run": run.id,
        "version": run.weights_hash(),
        "dims": model.config.code_width,
        "shape": list(model.config.shape),
        "classes": model.config.classes if model.conditional else 0,
        "betas": model.config.betas,
        # A moment of a training is looked at in passing: exporting its decoder would take longer than that.
        "runtime": runtime_address() if is_settled(run) and run.requested_step is None else None,
    }


async def _answer_all(socket: WebSocket, run: Run) -> None:
    """Answer each request as soon as it is decoded, a few at a time; raises the first error."""
    slots = asyncio.Semaphore(IN_FLIGHT)
    try:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await slots.acquire()
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message.get("code", 1005))
                tasks.create_task(_answer(socket, run, message.get("bytes"), slots))
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _answer(socket: WebSocket, run: Run, frame: bytes | None, slots: asyncio.Semaphore) -> None:
    sequence, condition, codes = parse(frame, run.config.model.code_width)
    pixels = await asyncio.wrap_future(DECODE_SERVICE.decode(run, codes, condition))
    async with asyncio.timeout(PATIENCE):
        await socket.send_bytes(struct.pack("<I", sequence) + pixels.tobytes())
    slots.release()


def parse(frame: bytes | None, dims: int) -> tuple[int, float | None, np.ndarray]:
    """A frame → sequence number, condition or None, codes `(n, dims)`.

    Raises:
        RequestError: a text frame, or an impossible length.
    """
    if frame is None:
        raise RequestError("A text frame: requests are binary.")
    length = len(frame) - HEADER.size
    if length <= 0 or length % (4 * dims):
        raise RequestError(
            f"A frame of {len(frame)} bytes: it takes {HEADER.size} and then {4 * dims} for each code of {dims} numbers."
        )
    sequence, condition = HEADER.unpack_from(frame)
    return (
        sequence,
        None if condition < 0 else condition,
        np.frombuffer(frame, "<f4", offset=HEADER.size).reshape(-1, dims),
    )


async def _refuse(socket: WebSocket, why: str, code: int) -> None:
    if socket.application_state == WebSocketState.CONNECTED:
        try:
            async with asyncio.timeout(PATIENCE):
                await socket.send_text(json.dumps({"error": why}))
        except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
            return
        await close(socket, code)


async def close(socket: WebSocket, code: int) -> None:
    try:
        async with asyncio.timeout(1):
            await socket.close(code)
    except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        return  # the client has disconnected already
