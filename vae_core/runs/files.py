"""Atomic file writes: a temporary file, fsync, then a rename. A kill at any instant leaves the old or the new file."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from ..config import BetascopeError


class RunError(BetascopeError):
    """A run folder that is missing, broken or not writable."""


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` as a whole.

    Raises:
        RunError: the disk is full or not writable; the old content of `path` is unchanged.
    """
    # The thread's id too: the app writes from several threads, and two must never share a temporary file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
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


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=1, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """
    Raises:
        RunError: no such file, or not a JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise RunError(f"{path.name} is missing in {path.parent}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error}).") from error
    if not isinstance(value, dict):
        raise RunError(f"{path.name} in {path.parent} holds no JSON object.")
    return value


def write_tensors(path: Path, tensors: dict[str, Tensor], numbers: dict[str, Any] | None = None) -> None:
    """Tensors, and plain numbers as JSON in the file's header: one file, so that both always fit together."""
    header = {"json": json.dumps(numbers or {}, allow_nan=False)}
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_bytes(path, tensors_to_bytes(plain, metadata=header))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The inverse of `write_tensors`.

    Raises:
        RunError: no such file, or not a valid safetensors file.
    """
    try:
        with safe_open(path, framework="pt") as file:
            numbers = json.loads((file.metadata() or {}).get("json", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, numbers  # noqa: SIM118
    except FileNotFoundError:
        raise RunError(f"{path.name} is missing in {path.parent}.") from None
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error}).") from error
