"""Frames that hold values and bytes: a uint32 length, so many bytes of JSON, then raw bytes; little-endian."""

from __future__ import annotations

import json
import struct
from typing import Any

from vae_core.serving import RequestError

LENGTH = struct.Struct("<I")
#: Bytes of JSON in a request, at most.
LONGEST = 1000


def pack(values: dict[str, Any], content: bytes = b"") -> bytes:
    """Values and bytes as one frame."""
    text = json.dumps(values).encode()
    return LENGTH.pack(len(text)) + text + content


def unpack(frame: bytes | None) -> tuple[dict[str, Any], bytes]:
    """The inverse of `pack`, of a frame from outside.

    Raises:
        RequestError: a text frame, or one of another form.
    """
    if frame is None or len(frame) < LENGTH.size:
        raise RequestError("A request is a binary frame: a length, JSON and bytes.")
    (length,) = LENGTH.unpack_from(frame)
    if not 2 <= length <= min(LONGEST, len(frame) - LENGTH.size):
        raise RequestError(f"A frame of {len(frame)} bytes that claims {length} bytes of JSON: at most {LONGEST}.")
    try:
        values = json.loads(frame[LENGTH.size : LENGTH.size + length])
    except (ValueError, RecursionError) as error:
        raise RequestError("A request's values must be JSON.") from error
    if not isinstance(values, dict):
        raise RequestError("A request's values must be a JSON object.")
    return values, frame[LENGTH.size + length :]
