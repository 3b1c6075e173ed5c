"""The two groups of images that are compared on the map: A and B, set from what is picked, carried in the link."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np
import streamlit as st

from vae_core.analysis import ALL
from vae_core.runs import Run

from .. import library
from ..state import VIEW, session

NAMES = ("A", "B")


def as_text(rows: Sequence[int]) -> str:
    """Rows as a short text for the link: a bit for each image, compressed."""
    bits = np.zeros(max(rows) + 1, bool)
    bits[list(rows)] = True
    return base64.urlsafe_b64encode(zlib.compress(np.packbits(bits).tobytes(), 9)).decode().rstrip("=")


def from_text(text: str) -> list[int]:
    """The inverse; empty for a text that is none of ours."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacked = zlib.decompressobj().decompress(packed, ALL // 8)  # a link must not unpack to more
    except (ValueError, binascii.Error, zlib.error):
        return []
    return np.flatnonzero(np.unpackbits(np.frombuffer(unpacked, np.uint8))).tolist()


def groups_of(run: Run) -> dict[str, list[int]]:
    """Name → rows of test images, of the groups that are set for the images of this run."""
    found = {}
    for name in NAMES:
        images, _, text = session().view.get(name.lower(), "").partition("-")
        rows = from_text(text) if images == images_of(run) else _long().get((images_of(run), name), [])
        if rows and max(rows) < len(library.latents(run, [max(rows)])):
            found[name] = rows
    return found


def set_group(run: Run, name: str, rows: Sequence[int]) -> None:
    """Make `rows` group "A" or "B" of a run; the link carries it, unless it is too long for one."""
    text = f"{images_of(run)}-{as_text(rows)}" if rows else ""
    fits = len(text) <= VIEW[name.lower()]
    session().set_view(name.lower(), text if text and fits else None)
    _long().pop((images_of(run), name), None)
    if not fits:
        _long()[images_of(run), name] = list(rows)


def clear_groups(run: Run) -> None:
    """Forget both."""
    for name in NAMES:
        set_group(run, name, [])


def images_of(run: Run) -> str:
    """What tells the test images of one run from those of another."""
    return run.config.fingerprint[:8]


def _long() -> dict[tuple[str, str], list[int]]:
    """Groups that are too long for the link, by images and name."""
    return st.session_state.setdefault("map.long_groups", {})
