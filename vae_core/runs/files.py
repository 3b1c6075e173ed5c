"""Whole-file writes: a temporary file, fsync, then an atomic rename. A kill at any instant leaves old or new."""

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
    """A run folder that is missing, broken or cannot be written."""


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` as a whole.

    Raises:
        RunError: the disk is full or not writable; what `path` held before is untouched.
    """
    # Named after the thread too: the app writes from several, and two must never share one file.
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
            "another store; what was saved before is unharmed."
        ) from error
    finally:
        with suppress(OSError):  # gone after the rename; a read-only disk refuses even this
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
    except (OSError, ValueError) as error:
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error}).") from error
    if not isinstance(value, dict):
        raise RunError(f"{path.name} in {path.parent} holds no JSON object.")
    return value


def write_tensors(path: Path, tensors: dict[str, Tensor], numbers: dict[str, Any] | None = None) -> None:
    """Tensors and, in the file's header, plain numbers as JSON: one file, so they always belong together."""
    header = {"json": json.dumps(numbers or {}, allow_nan=False)}
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_bytes(path, tensors_to_bytes(plain, metadata=header))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The inverse of `write_tensors`.

    Raises:
        RunError: no such file, or a truncated or foreign one.
    """
    try:
        with safe_open(path, framework="pt") as file:
            numbers = json.loads((file.metadata() or {}).get("json", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, numbers  # noqa: SIM118
    except FileNotFoundError:
        raise RunError(f"{path.name} is missing in {path.parent}.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise RunError(f"{path.name} in {path.parent} cannot be read ({error}).") from error
