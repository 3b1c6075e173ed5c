"""Whether the server can serve, for a reverse proxy or a container."""

from __future__ import annotations

import os

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

import vae_core
from vae_core.runs import Store


async def healthz(request: Request) -> JSONResponse:
    """`{"status", "version"}`: 200 and "ready" where runs can be listed and saved; else 503 and one sentence without a path."""
    problem = await run_in_threadpool(store_problem, Store())
    answer = {"status": problem or "ready", "version": vae_core.__version__}
    return JSONResponse(answer, status_code=503 if problem else 200, headers={"Cache-Control": "no-store"})


def store_problem(store: Store) -> str:
    """Why runs cannot be listed or saved; "" where they can. A store that is not there yet is made by the first run."""
    folder = store.root.absolute()
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        return "The store of runs is a file, not a folder."
    if not os.access(folder, os.R_OK | os.X_OK):
        return "The store of runs cannot be read."
    return "" if os.access(folder, os.W_OK) else "The store of runs cannot be written to."
