"""`/show/RUN`: a run's page for everyone in the hall. Static files, made once; no session of Streamlit's."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import html
from functools import cache, lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vae_core.config import BetascopeError
from vae_core.runs import Run, RunError

from ..access.headers import policy
from .files import opened
from .http import IMMUTABLE, UNCOMPRESSED, requested_run
from .modules import modules_version

PAGE = "page.html.gz"
#: Seconds between two looks at whether the page is there.
POLL = 0.2
MESSAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Betascope</title><style>:root {{ color-scheme: light dark }} body {{ font-family: system-ui, sans-serif; margin: 20vh auto; max-width: 32rem; padding: 0 1.5rem }}</style>
<body><h1>Betascope</h1><p>{}</p></body></html>"""


def folder_of(run: Run) -> Path:
    """Where the files of a run's page are cached: another folder for other weights, names of dimensions, or code."""
    notes = run.notes()
    parts = [run.weights_hash(), run.config.name, sorted(notes.names.items()), notes.about, _version()]
    return run.cache / f"show-{hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()}"


@lru_cache(maxsize=256)
def _policy(folder: Path) -> str:
    """Its modules lie in the page, as `data:` addresses; nothing of it is loaded from elsewhere."""
    return policy(gzip.decompress((folder / PAGE).read_bytes()).decode(), "data:")


@cache
def _version() -> str:
    """A hash of the components and of the code that makes pages of them."""
    files = sorted((Path(__file__).parents[1] / "take_away").rglob("*.*"))
    content = b"".join(path.read_bytes() for path in files if path.suffix in (".py", ".js", ".css"))
    return hashlib.blake2b(modules_version().encode() + content, digest_size=6).hexdigest()


async def show(request: Request) -> Response:
    """The page of a run; made first, in a process of its own, where it is not there yet."""
    try:
        run = await requested_run(request)
        if run.status()["state"] in ("queued", "running"):
            raise HTTPException(409, f"The run {run.id!r} is still training; its page is there once it is done.")
        folder = await run_in_threadpool(folder_of, run)
        if not (folder / PAGE).is_file():
            await _made(run, folder)
        headers = {
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            "Content-Security-Policy": await run_in_threadpool(_policy, folder),
        }
        if "gzip" not in request.headers.get("accept-encoding", ""):
            content = gzip.decompress(await run_in_threadpool((folder / PAGE).read_bytes))
            return Response(content, media_type="text/html", headers=headers)
        return await opened(folder / PAGE, "text/html", headers | {"Content-Encoding": "gzip"})
    except HTTPException as error:
        return message(error.detail, error.status_code)
    except (OSError, RunError):
        return message(f"The run {request.path_params['run']!r} was deleted meanwhile; choose another one.", 404)
    except BetascopeError as error:
        return message(str(error), 422)


async def file(request: Request) -> Response:
    """A file of a run's page."""
    run, version, name = await requested_run(request), request.path_params["version"], request.path_params["name"]
    path = run.cache / f"show-{version}" / name
    missing = HTTPException(404, f"The page of {run.id!r} has no file {name!r}.")
    if "/" in name or not version.isalnum() or name == PAGE:
        raise missing
    try:
        return await opened(path, "application/gzip", IMMUTABLE | UNCOMPRESSED)
    except OSError as error:
        raise missing from error


def message(sentence: str, status: int) -> Response:
    """A page with one sentence."""
    return Response(MESSAGE.format(html.escape(sentence)), status, media_type="text/html")


async def _made(run: Run, folder: Path) -> None:
    """
    Raises:
        HTTPException: 422, with the reason, for a model whose page cannot be made."""
    from ..jobs.commands import forget, job_for  # Streamlit's caches need a running server when they are declared

    run, command = run.at_beta(None), ["export", run.id, "--shown"]
    job = job_for(run, command, finished=False)
    assert job is not None
    while job.process.poll() is None:
        await asyncio.sleep(POLL)
    forget(run, command)
    if not run.path.is_dir():
        raise HTTPException(404, f"The run {run.id!r} was deleted meanwhile; choose another one.")
    if not (folder / PAGE).is_file():
        raise HTTPException(422, job.failure() or f"The page of {run.id!r} was not saved; open it again.")
