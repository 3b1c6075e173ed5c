"""The socket of Repair: a damaged image in, states of the search out as they come. A new request replaces the running one."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import torch
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from vae_core.analysis import Latents
from vae_core.analysis.apply.degradations import TASKS, Degradation, hide, noise, small
from vae_core.analysis.apply.one_image import OneRepair
from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.serving import DECODE_SERVICE, MODEL_CACHE, RequestError, checked_images, conditioned, to_pixels

from .origin import same_origin
from .packets import pack, unpack
from .socket import FOREIGN, GONE, MALFORMED, PATIENCE, close

#: Answers that are searched for at once.
STARTS = 6
#: Seconds that the search holds the decode thread at a time, and the least between two states that are sent.
SLICE, PAUSE = 0.01, 0.04


@dataclass(frozen=True)
class Request:
    """number: repeated in the answers. x `(1, C, H, W)`: the image. draws: whether to draw answers. condition: class or β."""

    number: int
    degradation: Degradation
    x: torch.Tensor
    draws: bool
    seed: int
    condition: float | None


async def repair(socket: WebSocket) -> None:
    """Answer requests until the client disconnects or sends an invalid one."""
    if not same_origin(socket.headers):
        await socket.close(FOREIGN)
        return
    await socket.accept()
    from .. import library  # Streamlit's caches need a running server when they are declared

    current: asyncio.Task[None] | None = None
    try:
        run = await run_in_threadpool(library.find, socket.path_params["run"])
        run.check_images("Repair")
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            values, content = unpack(message.get("bytes"))
            await _stop(current)
            current = asyncio.create_task(_answer(socket, run, values, content))
    except WebSocketDisconnect:
        pass
    except RequestError as error:
        await _refuse(socket, str(error), MALFORMED)
    except BetascopeError as error:
        await _refuse(socket, str(error), GONE)
    finally:
        await _stop(current)


async def _answer(socket: WebSocket, run: Run, values: dict[str, Any], content: bytes) -> None:
    """Send what is seen, then states of the search, then the plain repairs; a request that does not fit gets a sentence."""
    number = values.get("number")
    try:
        request = parse(run, values, content)
        codes = await run_in_threadpool(_codes, run)
        search = await asyncio.wrap_future(DECODE_SERVICE.between(lambda: begin(run, request, codes)))
        await _send(socket, {"number": number, "seen": True}, seen_pixels(search))
        sent, done = 0.0, False
        while not done:
            done = not await asyncio.wrap_future(DECODE_SERVICE.between(lambda: search.advance(SLICE)))
            if done or time.monotonic() - sent > PAUSE:
                state, pixels = await asyncio.wrap_future(DECODE_SERVICE.between(lambda: state_of(search)))
                await _send(socket, {"number": number, **state}, pixels)
                sent = time.monotonic()
        training = await run_in_threadpool(_training, run)
        if training is not None:
            titles, images, psnr = await run_in_threadpool(search.plain, training)
            await _send(socket, {"number": number, "plain": titles, "psnr": psnr}, to_pixels(images).tobytes())
    except BetascopeError as error:
        await _send(socket, {"number": number, "error": str(error)})
    except WebSocketDisconnect:
        await close(socket, 1011)


def parse(run: Run, values: dict[str, Any], content: bytes) -> Request:
    """
    Raises:
        RequestError: values that are missing or of another kind, bytes that are not an image and its mask. ConfigError: an
            amount out of range."""
    number, task, amount, seed, condition = (
        values.get(name) for name in ("number", "task", "amount", "seed", "condition")
    )
    if not _usual(number) or not isinstance(number, int) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise RequestError("A request needs a number and a seed, both integers.")
    if not isinstance(task, str) or task not in TASKS or not _usual(amount):
        raise RequestError(f"A request needs a task ({', '.join(TASKS)}) and a finite amount.")
    if condition is not None and not _usual(condition):
        raise RequestError("A condition is a finite number.")
    channels, height, width = run.config.model.shape
    size, hidden = channels * height * width, height * width if task == "hide" else 0
    if len(content) != size + hidden:
        raise RequestError(f"{len(content)} bytes: this request takes {size} for the image and {hidden} for the mask.")
    pixels = np.frombuffer(content, np.uint8, count=size).reshape(1, height, width, channels)
    if task == "hide":
        mask = np.frombuffer(content, np.uint8, offset=size).reshape(height, width)
        degradation = hide(torch.from_numpy(mask != 0))
    else:
        degradation = noise(amount) if task == "noise" else small(int(amount), height)
    x = checked_images(pixels, MODEL_CACHE.model(run))
    return Request(number, degradation, x, bool(values.get("draws")), seed, condition)


def _usual(value: Any) -> TypeGuard[float]:
    """Whether this is a number that fits everywhere: JSON has whole ones of thousands of digits, Python's also NaN."""
    return isinstance(value, int | float) and abs(value) < 2**53


def _codes(run: Run) -> Latents:
    from .. import library

    return library.latents(run)


def _training(run: Run) -> torch.Tensor | None:
    from .. import library

    return library.training_images(run)[0]


def begin(run: Run, request: Request, codes: Latents) -> OneRepair:
    """
    Raises:
        RunError: the run was deleted. RequestError: an invalid condition. ConfigError: a model without gradients."""
    model, label = conditioned(MODEL_CACHE.model(run), request.condition, 1)
    return OneRepair(
        model, codes, request.degradation, request.x, starts=STARTS, seed=request.seed, draws=request.draws, label=label
    )


def seen_pixels(search: OneRepair) -> bytes:
    """What is seen, at the image's size; few pixels are squares."""
    factor = search.degradation.factor
    seen = search.seen.repeat_interleave(factor, 2).repeat_interleave(factor, 3)
    return to_pixels(seen).tobytes()


def state_of(search: OneRepair) -> tuple[dict[str, Any], bytes]:
    """progress 0 to 1; of all answers psnr in dB, J in nats, codes; and their pixels."""
    images, psnr = search.answers()
    values = {
        "progress": round(search.progress, 3),
        "psnr": [round(value, 3) for value in psnr],
        "energy": [round(value, 3) if math.isfinite(value) else 1e9 for value in search.energy.tolist()],
        "codes": [[round(value, 4) for value in code] for code in search.codes.tolist()],
        "draws": search.draws,
    }
    return values, to_pixels(images).tobytes()


async def _send(socket: WebSocket, values: dict[str, Any], content: bytes = b"") -> None:
    """
    Raises:
        WebSocketDisconnect: the client does not read, or disconnected within a frame."""
    try:
        async with asyncio.timeout(PATIENCE):
            await socket.send_bytes(pack(values, content))
    except (TimeoutError, RuntimeError, OSError) as error:
        raise WebSocketDisconnect(1011) from error


async def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _refuse(socket: WebSocket, why: str, code: int) -> None:
    with suppress(WebSocketDisconnect):
        await _send(socket, {"error": why})
    await close(socket, code)
