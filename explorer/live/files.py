"""Files over HTTP that may be deleted at any moment: opened before anything is answered, then read part by part."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

#: Bytes that are read at a time: a hall of 300 browsers must not hold 300 whole files.
PART = 1 << 18


async def opened(path: Path, kind: str, headers: Mapping[str, str]) -> Response:
    """The content of a file, whole also where its run is deleted after the headers were sent.

    Raises:
        OSError: there is no such file, so that the answer can still be 404.
    """
    file = await run_in_threadpool(open, path, "rb")
    length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(_parts(file), media_type=kind, headers={**headers, **length})


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(PART):
            yield part
