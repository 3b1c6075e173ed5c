"""What a browser needs to decode and encode by itself: a run's halves as ONNX, and the files of onnxruntime-web."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from vae_core.export.files import cached_onnx
from vae_core.runs import Run, RunError

from .http import IMMUTABLE, UNCOMPRESSED, requested_run, unless_deleted

#: onnxruntime-web as published on npm (MIT); manifest.json has its version and the hash of each file.
RUNTIME = Path(__file__).parent / "runtime"
KINDS = {".mjs": "text/javascript", ".wasm": "application/wasm"}
#: Seconds between two looks at an export.
POLL = 0.2


@unless_deleted
async def decoder(request: Request) -> Response:
    """The decoder of a run; exported first, in a process of its own, where that has not been done yet."""
    return await _half(request, "decoder")


@unless_deleted
async def encoder(request: Request) -> Response:
    """The encoder of a run, in the same way."""
    return await _half(request, "encoder")


async def _half(request: Request, name: str) -> Response:
    run = await requested_run(request)
    if not await run_in_threadpool(is_settled, run):
        raise HTTPException(409, f"The run {run.id!r} is still training: its {name} changes.")
    try:
        content = await run_in_threadpool(cached_onnx, run, name) or await _exported(run, name)
    except (OSError, RunError):
        return Response(status_code=204)  # deleted meanwhile, which the socket reports
    return Response(content, media_type="application/octet-stream", headers=IMMUTABLE | UNCOMPRESSED)


def is_settled(run: Run) -> bool:
    """Whether its weights stay as they are: those of a snapshot, or of a run that is not training."""
    return run.requested_step is not None or run.status()["state"] not in ("queued", "running")


async def _exported(run: Run, name: str) -> bytes:
    """
    Raises:
        HTTPException: 422, with the reason, for a model that cannot be exported."""
    from ..jobs.commands import forget, job_for  # Streamlit's caches need a running server when they are declared

    run, command = run.at_beta(None), ["export", run.id, "--cached", name]
    job = job_for(run, command, finished=False)
    assert job is not None
    while job.process.poll() is None:
        await asyncio.sleep(POLL)
    content = await run_in_threadpool(cached_onnx, run, name)
    if content is None:
        raise HTTPException(422, job.failure() or f"The {name} of {run.id!r} was not saved.")
    forget(run, command)
    return content


async def runtime(request: Request) -> Response:
    """A file of onnxruntime-web, compressed where it lies compressed."""
    version, name = request.path_params["version"], request.path_params["name"]
    if version != manifest()["version"] or name not in manifest()["files"]:
        raise HTTPException(404, f"There is no file {name!r} of onnxruntime-web {version!r}.")
    headers = dict(IMMUTABLE)
    path = RUNTIME / name
    if not path.exists():
        path = RUNTIME / f"{name}.gz"
        headers["Content-Encoding"] = "gzip"
    return FileResponse(path, media_type=KINDS[Path(name).suffix], headers=headers)


def runtime_address() -> str:
    """The folder that `runtime` serves, from the app's own address."""
    return f"runtime/{manifest()['version']}/"


@cache
def manifest() -> dict[str, Any]:
    """version; files: name → SHA-256 of the file as it is published, uncompressed."""
    return json.loads((RUNTIME / "manifest.json").read_text("utf8"))
