"""Codes, maps and images over HTTP; read-only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import wraps

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vae_core.analysis import beta_steps, codes_along
from vae_core.config import BetascopeError
from vae_core.runs import Run, RunError
from vae_core.serving import DECODE_SERVICE, MAX_BATCH, MODEL_CACHE, to_pixels

from .files import opened
from .origin import same_origin

IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}
#: Raw bytes of pixels gain little from gzip, and it costs more than sending them.
UNCOMPRESSED = {"Content-Encoding": "identity", "X-Content-Type-Options": "nosniff"}
#: A route of Starlette.
Endpoint = Callable[[Request], Awaitable[Response]]
CACHED = re.compile(r"(latents|map)-[0-9a-f]{12}\.safetensors")


def unless_deleted(endpoint: Endpoint) -> Endpoint:
    """The same route, which answers 404 and one sentence where the run is deleted before it has answered."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (RunError, FileNotFoundError) as error:
            raise HTTPException(404, f"The run {request.path_params['run']!r} was deleted meanwhile.") from error

    return answer


@unless_deleted
async def images(request: Request) -> Response:
    """Test images `?rows=3,1,4` as raw uint8 `(n, H, W, C)`; decoded from their codes where the data is not available."""
    run = await images_run(request)
    rows = rows_of(request)
    pixels = await run_in_threadpool(test_pixels, run, rows)
    caching = IMMUTABLE if "v" in request.query_params else {"Cache-Control": "no-cache"}
    return Response(pixels.tobytes(), media_type="application/octet-stream", headers=caching | UNCOMPRESSED)


def rows_of(request: Request) -> list[int]:
    """The test images of `?rows=3,1,4`.

    Raises:
        HTTPException: 400 for anything else."""
    text = request.query_params.get("rows", "")
    parts = text.split(",")
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", text) or len(parts) > MAX_BATCH:
        raise HTTPException(400, f"rows: must be 1 to {MAX_BATCH} numbers of test images, as in rows=3,1,4.")
    return [int(part) for part in parts]


def test_pixels(run: Run, rows: list[int]) -> np.ndarray:
    """Test images, else the images decoded from their codes, `(n, H, W, C)` uint8.

    Raises:
        HTTPException: 404 for a row beyond the last."""
    from .. import library  # Streamlit's caches need a running server when they are declared
    from ..images.originals import decoded

    data, _ = library.test_data(run)
    count = len(library.latents(run)) if data is None else len(data.test)
    if max(rows) >= count:
        raise HTTPException(404, f"rows: there is no test image {max(rows)}; the last one is {count - 1}.")
    return to_pixels(decoded(run, rows) if data is None else data.test.images[rows])


async def cache_file(request: Request) -> Response:
    """A file of codes or of a map from the run's cache; its name changes with its content."""
    run, name = await requested_run(request), request.path_params["name"]
    missing = HTTPException(404, f"The run {run.id!r} has no cached file {name!r}.")
    if not CACHED.fullmatch(name):
        raise missing
    try:
        return await opened(run.cache / name, "application/octet-stream", IMMUTABLE | UNCOMPRESSED)
    except OSError as error:
        raise missing from error


@unless_deleted
async def encode(request: Request) -> Response:
    """Raw pixels `(n, H, W, C)` uint8 in the body → their codes as raw float32 `(n, D)`; with `?spread` μ and log σ², `(n, 2, D)`."""
    if not same_origin(request.headers):
        raise HTTPException(403, "Only pages of this server may encode images.")
    run = await images_run(request)
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
        encoded = DECODE_SERVICE.posterior if "spread" in request.query_params else DECODE_SERVICE.encode
        codes = await asyncio.wrap_future(encoded(run, pixels, condition))
    except ValueError as error:  # a BetascopeError is one
        raise HTTPException(400, str(error)) from error
    return Response(codes.tobytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


@unless_deleted
async def along(request: Request) -> Response:
    """Test images `?rows=3,1,4` → their codes at each β of `beta_steps`, raw float32 `(n, steps, D)`."""
    run = await requested_run(request)
    rows, betas = rows_of(request), run.config.model.betas
    if betas is None:
        raise HTTPException(404, f"The model of {run.id!r} is not conditioned on β.")
    pixels = await run_in_threadpool(test_pixels, run, rows)
    codes = await run_in_threadpool(codes_along, MODEL_CACHE.model(run), pixels, beta_steps(*betas))
    return Response(codes.tobytes(), media_type="application/octet-stream", headers=IMMUTABLE | UNCOMPRESSED)


@unless_deleted
async def draw(request: Request) -> Response:
    """One code drawn from the prior as raw float32 `(1, D)`."""
    run = await requested_run(request)
    code = await asyncio.wrap_future(DECODE_SERVICE.draw(run))
    return Response(code.tobytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def images_run(request: Request) -> Run:
    """The run of the address, if it is on images.

    Raises:
        HTTPException: 404 for a run on a table, or where there is none."""
    run = await requested_run(request)
    if run.config.data_kind != "images":
        raise HTTPException(404, f"The run {run.id!r} was trained on a table and has no images.")
    return run


async def requested_run(request: Request) -> Run:
    """The run of the address.

    Raises:
        HTTPException: 404 where there is none."""
    from .. import library

    try:
        return await run_in_threadpool(library.find, request.path_params["run"])
    except BetascopeError as error:
        raise HTTPException(404, str(error)) from error
