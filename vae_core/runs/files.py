"""Atomic file writes: a temporary file, fsync, then a rename. A kill at any instant leaves the old or the new file."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, Any, NoReturn

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from ..config import BetascopeError
from .held import hold, remove_left_over

#: Bytes of a text file of a run, at most.
LARGEST_TEXT = 64 << 20


class RunError(BetascopeError):
    """A run folder that is missing, broken or not writable."""


def write_bytes(path: Path, content: bytes, within: Path | None = None) -> None:
    """Replace `path` as a whole. within: as `replacing`.

    Raises:
        RunError: the disk is full or not writable, or `within` is gone; the old content of `path` is unchanged.
    """
    with replacing(path, within) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, within: Path | None = None) -> Iterator[IO[bytes]]:
    """A file to write into that becomes `path` at the end, unless an error is raised by then.

    within: a folder above it that is never made, only what lies between: a run that is deleted stays so.

    Raises:
        RunError: as `write_bytes`.
    """
    # The thread's id too: the app writes from several threads, and two must never share a temporary file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        _make_folder(path.parent, within)
        with open(temporary, "wb") as file:
            hold(file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise RunError(
            f"Could not save {path.name} in {path.parent} ({error.strerror or error}): free some space or choose "
            "another store; what was saved before is unchanged."
        ) from error
    finally:
        with suppress(OSError):  # gone after the rename; on a read-only disk it cannot be deleted
            temporary.unlink()
        remove_left_over(path.parent.glob(f".{escape(path.name)}.*.tmp"))


def _make_folder(folder: Path, within: Path | None) -> None:
    if within is None:
        folder.mkdir(parents=True, exist_ok=True)
        return
    for between in reversed([folder, *folder.parents][: len(folder.relative_to(within).parts)]):
        between.mkdir(exist_ok=True)


def write_json(path: Path, value: Any, within: Path | None = None) -> None:
    write_bytes(path, (json.dumps(value, indent=1, allow_nan=False) + "\n").encode(), within)


def read_bytes(path: Path) -> bytes:
    """A text file of a run, as bytes.

    Raises:
        RunError: no such file, one that is no plain file, or a larger one than any run has.
    """
    try:
        check_plain(path)
        if (size := path.stat().st_size) > LARGEST_TEXT:
            raise RunError(f"{path.name} in {path.parent} is {size:,} bytes long; at most {LARGEST_TEXT:,} are read.")
        return path.read_bytes()
    except OSError as error:
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error.strerror or error}).") from error


def check_plain(path: Path) -> None:
    """
    Raises:
        RunError: there is nothing, or a folder, a pipe or a device, which may never end.
    """
    if not os.path.isfile(path):
        what = "is no plain file" if os.path.lexists(path) else "is missing"
        raise RunError(f"{path.name} {what} in {path.parent}.")


def read_json(path: Path) -> dict[str, Any]:
    """
    Raises:
        RunError: no such file, or not a JSON object of finite numbers.
    """
    return parse_json(read_bytes(path), f"{path.name} in {path.parent}")


def parse_json(content: bytes, title: str, limit: int | None = None) -> dict[str, Any]:
    """A JSON object of finite numbers.

    Raises:
        RunError: longer than `limit` bytes, not JSON, nested too deeply, not an object, or with NaN, infinities, or whole
            numbers beyond ±2^64.
    """
    if limit is not None and len(content) > limit:
        raise RunError(f"{title} is longer than {limit:,} bytes.")
    try:
        value = json.loads(content.decode("utf8"), parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{title} cannot be read ({error}).") from error
    if not isinstance(value, dict):
        raise RunError(f"{title} holds no JSON object.")
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no finite number")


def _finite(text: str) -> float:
    return value if math.isfinite(value := float(text)) else _refuse(text)


def _whole(text: str) -> int:
    return value if abs(value := int(text)) <= 2**64 else _refuse(text)


def write_tensors(
    path: Path, tensors: dict[str, Tensor], numbers: dict[str, Any] | None = None, within: Path | None = None
) -> None:
    """Tensors, and plain numbers as JSON in the file's header: one file, so that both always fit together."""
    header = {"json": json.dumps(numbers or {}, allow_nan=False)}
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_bytes(path, tensors_to_bytes(plain, metadata=header), within)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The inverse of `write_tensors`.

    Raises:
        RunError: no such file, or not a valid safetensors file.
    """
    check_plain(path)
    try:
        with safe_open(path, framework="pt") as file:
            numbers = parse_json((file.metadata() or {}).get("json", "{}").encode(), "its header")
            return {name: file.get_tensor(name) for name in file.keys()}, numbers  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError: torch opens it a second time, when it may be gone.
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error}).") from error
