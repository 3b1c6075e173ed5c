"""Training time for a slider: what every snapshot of a run makes of the same codes or images, and where it puts the test images."""

from __future__ import annotations

import asyncio

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vae_core.analysis import flow_of
from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.serving import DECODE_SERVICE

from ..access.modes import require
from .http import UNCOMPRESSED, images_run, rows_of, test_pixels, unless_deleted
from .origin import same_origin

#: Codes or images of one request: each is decoded by every snapshot.
MOST = 32


@unless_deleted
async def training(request: Request) -> Response:
    """Codes as float32 `(n, D)` in the body, or test images `?rows=3,1` by GET → what each snapshot decodes of them, raw uint8
    `(S, n, H, W, C)`, the earliest first and the weights at the end last. `?at=`: the condition, a class or a β.
    """
    run = await images_run(request)
    moments = await run_in_threadpool(run.moments)
    try:
        condition = float(request.query_params["at"]) if "at" in request.query_params else None
        if request.method == "POST":
            codes = await _sent_codes(request, run)
            decoded = [DECODE_SERVICE.decode(moment, codes, condition) for _, moment in moments]
        else:
            rows = rows_of(request)[:MOST]
            pixels = await run_in_threadpool(test_pixels, run.at_step(None), rows)
            encoded = [DECODE_SERVICE.encode(moment, pixels, condition) for _, moment in moments]
            own = await asyncio.gather(*map(asyncio.wrap_future, encoded))
            decoded = [DECODE_SERVICE.decode(moment, z, condition) for (_, moment), z in zip(moments, own, strict=True)]
        frames = await asyncio.gather(*map(asyncio.wrap_future, decoded))
    except ValueError as error:  # a BetascopeError is one
        raise HTTPException(400, str(error)) from error
    return _raw(np.stack(frames).tobytes()) if frames else _raw(b"")


async def _sent_codes(request: Request, run: Run) -> np.ndarray:
    """
    Raises:
        HTTPException: 403 from a foreign page, 400 for another length, 413 for more than `MOST` codes."""
    if not same_origin(request.headers):
        raise HTTPException(403, "Only pages of this server may decode.")
    size, body = 4 * run.config.model.code_width, bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST * size:
            raise HTTPException(413, f"At most {MOST} codes of {size // 4} numbers at once.")
    if not body or len(body) % size:
        raise HTTPException(400, f"{len(body)} bytes: codes take {size} each.")
    return np.frombuffer(bytes(body), "<f4").reshape(-1, size // 4)


@unless_deleted
async def flow(request: Request) -> Response:
    """Positions of the first test images on the map of each snapshot, raw float32 `(S, n, 2)`; each map lies on the next one."""
    run = await images_run(request)
    try:
        require("compute")
        positions = await run_in_threadpool(flow_of, run)
    except BetascopeError as error:
        raise HTTPException(404, str(error)) from error
    return _raw(positions.astype("<f4").tobytes())


def _raw(content: bytes) -> Response:
    return Response(
        content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"} | UNCOMPRESSED
    )
