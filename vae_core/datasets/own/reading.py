"""Many image files → one tensor, on all cores, in their order; unreadable ones by name."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...cores import cores
from ..base import DataConfig, DataError
from .limits import LIMITS
from .listing import Entry
from .pictures import Form, Picture, Unreadable, decode, header_of

#: Sides that are left as they are; larger images become DEFAULT_SIDE unless a side is requested.
SMALLEST, LARGEST, DEFAULT_SIDE = 8, 128, 64
#: Files that wait for a thread at a time: their bytes are in memory.
CHUNK = 256

#: Called with (images read, images in all); requests to cancel raise out of it.
Progress = Callable[[int, int], object]
_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextlib.contextmanager
def reported_to(progress: Progress) -> Iterator[None]:
    """Within this, reading calls `progress` after every few images, and then the progress of a context around it."""
    outer = _progress.get()

    def both(done: int, total: int) -> None:
        progress(done, total)
        if outer:
            outer(done, total)

    token = _progress.set(both)
    try:
        yield
    finally:
        _progress.reset(token)


@dataclass(frozen=True)
class Read:
    """What reading gave: images `(n, C, S, S)` uint8, the places among the entries that they have `(n,)`, their sizes and
    modes, a digest of each file, and the unreadable files: (name, reason).
    """

    images: Tensor
    rows: Tensor
    sizes: list[tuple[int, int]]
    modes: list[str]
    digests: list[str]
    unreadable: list[tuple[str, str]]


def read_all(entries: Sequence[Entry], form: Form, skip: bool) -> Read:
    """
    skip: leave out what cannot be read instead of raising.

    Raises:
        Unreadable: the first unreadable file, unless skipped.
    """
    progress = _progress.get()
    pictures: list[Picture] = []
    rows: list[int] = []
    digests: list[str] = []
    unreadable: list[tuple[str, str]] = []

    def read(entry: Entry) -> tuple[Picture, str] | Unreadable:
        try:
            content = entry.read()
            LIMITS.check_file("the set", entry.name, len(content))
            return decode(content, entry.name, form), hashlib.blake2b(content, digest_size=8).hexdigest()
        except Unreadable as error:
            return error
        except Exception as error:  # a damaged archive or disk: named like a damaged image
            return Unreadable(entry.name, str(error)[:120] or type(error).__name__)

    with ThreadPoolExecutor(cores(), thread_name_prefix="images") as threads:
        for start in range(0, len(entries), CHUNK):
            for place, result in enumerate(threads.map(read, entries[start : start + CHUNK]), start):
                if isinstance(result, Unreadable):
                    if not skip:
                        raise result
                    unreadable.append((result.name, result.reason))
                    continue
                pictures.append(result[0])
                digests.append(result[1])
                rows.append(place)
            if progress:
                progress(min(start + CHUNK, len(entries)), len(entries))
    return Read(
        torch.from_numpy(np.stack([picture.pixels for picture in pictures]))
        if pictures
        else torch.empty(0, form.channels, form.side, form.side, dtype=torch.uint8),
        torch.tensor(rows, dtype=torch.int64),
        [picture.size for picture in pictures],
        [picture.mode for picture in pictures],
        digests,
        unreadable,
    )


def form_of(entries: Sequence[Entry], config: DataConfig) -> Form:
    """The form of all images: as requested, else from their headers.

    Side: that of the first image if it is between 8 and 128 pixels, else 64. Channels: one if all files are grey.

    Raises:
        DataError: no image can be read.
    """
    side = config.image_size
    channels = {"grey": 1, "colour": 3}.get(config.colour)
    if side is None or channels is None:
        grey = True
        for entry in entries:
            try:
                size, is_grey = header_of(entry.read(), entry.name)
            except Exception:  # nosec B112  # reported by name when it is decoded
                continue
            grey = grey and is_grey
            if side is None:
                shown = (min if config.fit == "crop" else max)(size)
                side = shown if SMALLEST <= shown <= LARGEST else DEFAULT_SIDE
            if channels is not None or not grey:
                break
        channels = channels or (1 if grey else 3)
    if side is None:
        raise DataError(f"None of the {len(entries):,} images can be read, beginning with {entries[0].name}.")
    return Form(side, channels, config.fit, config.background)
