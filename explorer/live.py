"""What components ask the server directly, beside Streamlit and on its port: decoded images, codes, maps, pictures.

The protocol is in docs/live.md. Everything is read-only; a bad request ends in one sentence and disturbs nobody else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit import config

from vae_core.analysis import beta_steps, codes_along
from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.serving import DESK, MAX_BATCH, SHELF, RequestError, to_pixels

MODULES = Path(__file__).parent / "components"
#: Of each frame from the client: sequence number, condition (a class or a β; −1: none). The codes follow as float32.
HEADER = struct.Struct("<If")
#: Requests of one socket that are being answered; more wait in the network.
IN_FLIGHT = 4
#: Seconds until a client that does not read is given up.
PATIENCE = 20.0
MALFORMED, GONE, FOREIGN = 1007, 4404, 1008
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
#: Raw bytes of pixels gain little from gzip, and it costs more than sending them.
UNCOMPRESSED = {"Content-Encoding": "identity", "X-Content-Type-Options": "nosniff"}
CACHED = re.compile(r"(latents|map)-[0-9a-f]{12}\.safetensors")


def base() -> str:
    """The path below which everything is served: "" or "/prefix" (`server.baseUrlPath`)."""
    prefix = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}" if prefix else ""


def modules_version() -> str:
    """Names the content of all component files: what has this address never changes."""
    files = sorted(path for path in MODULES.iterdir() if path.suffix in (".js", ".css"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=6).hexdigest()


def routes() -> list[BaseRoute]:
    """All of them, for `st.App`."""
    here = base()
    return [
        WebSocketRoute(f"{here}/live/{{run:path}}", live),
        Route(f"{here}/live/{{run:path}}/images", images),
        Route(f"{here}/live/{{run:path}}/cache/{{name}}", cache_file),
        Route(f"{here}/live/{{run:path}}/encode", encode, methods=["POST"]),
        Route(f"{here}/live/{{run:path}}/draw", draw),
        Route(f"{here}/live/{{run:path}}/along", along),
        Route(f"{here}/modules/{{version}}/{{name}}", module),
    ]


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this very server asks, or one of `server.corsAllowedOrigins`."""
    origin = headers.get("origin", "")
    return bool(origin) and (
        urlsplit(origin).netloc == headers.get("host") or origin in config.get_option("server.corsAllowedOrigins")
    )


# -- the socket ------------------------------------------------------------------------------------------------
async def live(socket: WebSocket) -> None:
    """Codes in, pixels out, until the client leaves or sends what is no request."""
    if not same_origin(socket.headers):
        await socket.close(FOREIGN)  # before it is accepted: the browser sees 403
        return
    await socket.accept()
    from . import library  # Streamlit's caches want a running server when they are declared

    try:
        run = await run_in_threadpool(library.find, socket.path_params["run"])
        await socket.send_text(json.dumps(await run_in_threadpool(hello, run)))
        await _answer_all(socket, run)
    except WebSocketDisconnect:
        pass
    except BetascopeError as error:
        await _refuse(socket, str(error), MALFORMED if isinstance(error, RequestError) else GONE)
    except (TimeoutError, RuntimeError, OSError):
        await _close(socket, 1011)  # it does not read, or broke off in the middle of a frame


def hello(run: Run) -> dict[str, object]:
    """What a client must know before it asks."""
    model = SHELF.model(run)
    return {
        "run": run.id,
        "version": run.weights_hash(),
        "dims": model.config.code_width,
        "shape": list(model.config.shape),
        "classes": model.config.classes if model.conditional else 0,
        "betas": model.config.betas,
    }


async def _answer_all(socket: WebSocket, run: Run) -> None:
    """Each request is answered as soon as it is decoded, a few of them at a time; ends with what went wrong."""
    free = asyncio.Semaphore(IN_FLIGHT)
    try:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await free.acquire()
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message.get("code", 1005))
                tasks.create_task(_answer(socket, run, message.get("bytes"), free))
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _answer(socket: WebSocket, run: Run, frame: bytes | None, free: asyncio.Semaphore) -> None:
    sequence, condition, codes = parse(frame, run.config.model.code_width)
    pixels = await asyncio.wrap_future(DESK.decode(run, codes, condition))
    async with asyncio.timeout(PATIENCE):
        await socket.send_bytes(struct.pack("<I", sequence) + pixels.tobytes())
    free.release()


def parse(frame: bytes | None, dims: int) -> tuple[int, float | None, np.ndarray]:
    """A frame → sequence number, condition or None, codes `(n, dims)`.

    Raises:
        RequestError: a text frame, or a length that cannot be.
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
        await _close(socket, code)


async def _close(socket: WebSocket, code: int) -> None:
    try:
        async with asyncio.timeout(1):
            await socket.close(code)
    except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        return  # it has left already


# -- over HTTP -------------------------------------------------------------------------------------------------
async def images(request: Request) -> Response:
    """Test images `?rows=3,1,4` as raw uint8 `(n, H, W, C)`; decoded from their codes where the data is not at hand."""
    run = await _found(request)
    rows = _rows(request.query_params.get("rows", ""))
    pixels = await run_in_threadpool(test_pixels, run, rows)
    kept = FOR_EVER if "v" in request.query_params else {"Cache-Control": "no-cache"}
    return Response(pixels.tobytes(), media_type="application/octet-stream", headers=kept | UNCOMPRESSED)


def _rows(text: str) -> list[int]:
    parts = text.split(",")
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", text) or len(parts) > MAX_BATCH:
        raise HTTPException(400, f"rows: must be 1 to {MAX_BATCH} numbers of test images, as in rows=3,1,4.")
    return [int(part) for part in parts]


def test_pixels(run: Run, rows: list[int]) -> np.ndarray:
    """Originals, or else what the codes decode to, `(n, H, W, C)` uint8."""
    from . import library, pictures

    data, _ = library.test_data(run)
    known = len(library.latents(run)) if data is None else len(data.test)
    if max(rows) >= known:
        raise HTTPException(404, f"rows: there is no test image {max(rows)}; the last one is {known - 1}.")
    return to_pixels(pictures.decoded(run, rows) if data is None else data.test.images[rows])


async def cache_file(request: Request) -> Response:
    """Codes or a map from the run's cache; their names tell their content."""
    run, name = await _found(request), request.path_params["name"]
    path = run.cache / name
    if not CACHED.fullmatch(name) or not path.is_file():
        raise HTTPException(404, f"The run {run.id!r} keeps no {name!r}.")
    return FileResponse(path, media_type="application/octet-stream", headers=FOR_EVER | UNCOMPRESSED)


async def encode(request: Request) -> Response:
    """Raw pixels `(n, H, W, C)` uint8 in the body → their codes as raw float32 `(n, D)`."""
    if not same_origin(request.headers):
        raise HTTPException(403, "Only pages of this server may ask.")
    run = await _found(request)
    channels, height, width = run.config.model.shape
    limit = MAX_BATCH * channels * height * width
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise HTTPException(413, f"At most {MAX_BATCH} images of {height}×{width} at once.")
    if not body or len(body) % (channels * height * width):
        raise HTTPException(400, f"{len(body)} bytes: images take {channels * height * width} each.")
    pixels = np.frombuffer(bytes(body), np.uint8).reshape(-1, height, width, channels)
    try:
        condition = float(request.query_params["at"]) if "at" in request.query_params else None
        codes = await asyncio.wrap_future(DESK.encode(run, pixels, condition))
    except ValueError as error:  # a BetascopeError is one
        raise HTTPException(400, str(error)) from error
    return Response(codes.tobytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def along(request: Request) -> Response:
    """Test images `?rows=3,1,4` → their codes at each β of `beta_steps`, raw float32 `(n, steps, D)`."""
    run = await _found(request)
    rows, betas = _rows(request.query_params.get("rows", "")), run.config.model.betas
    if betas is None:
        raise HTTPException(404, f"The model of {run.id!r} is not told β.")
    pixels = await run_in_threadpool(test_pixels, run, rows)
    codes = await run_in_threadpool(codes_along, SHELF.model(run), pixels, beta_steps(*betas))
    return Response(codes.tobytes(), media_type="application/octet-stream", headers=FOR_EVER | UNCOMPRESSED)


async def draw(request: Request) -> Response:
    """One code drawn from the prior as raw float32 `(1, D)`."""
    run = await _found(request)
    code = await asyncio.wrap_future(DESK.draw(run))
    return Response(code.tobytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def module(request: Request) -> Response:
    """A component's file; below its version, so that browsers keep it as long as it is the same."""
    name = request.path_params["name"]
    path = MODULES / name
    if not re.fullmatch(r"[a-z_]+\.(js|css)", name) or not path.is_file():
        raise HTTPException(404, f"There is no module {name!r}.")
    kind = "text/javascript" if path.suffix == ".js" else "text/css"
    return FileResponse(path, media_type=kind, headers=FOR_EVER)


async def _found(request: Request) -> Run:
    from . import library

    try:
        return await run_in_threadpool(library.find, request.path_params["run"])
    except BetascopeError as error:
        raise HTTPException(404, str(error)) from error
