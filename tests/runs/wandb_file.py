"""Reads a `.wandb` file by W&B's own message types: a log of records in blocks of 32 KiB, as LevelDB writes them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wandb.proto import wandb_internal_pb2

BLOCK, HEADER, START = 32768, 7, 7
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def records(path: Path) -> Iterator[Any]:
    """The records of the file, oldest first."""
    content = path.read_bytes()
    assert content[:4] == b":W&B"
    place, parts = START, b""
    while place + HEADER <= len(content):
        if BLOCK - place % BLOCK < HEADER:  # too little room for a header: the rest of the block is empty
            place += BLOCK - place % BLOCK
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        place += HEADER
        parts += content[place : place + length]
        place += length
        if kind in (FULL, LAST):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(parts)
            parts = b""
            yield record


def values(items: Any) -> dict[str, Any]:
    """Key → value of the items of a record."""
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}
