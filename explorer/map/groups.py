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
    """Name → rows of test images, of those that are set and of which all images exist."""
    run_id, groups = st.session_state.get("map.groups", ("", {}))
    if run_id != run.id:
        groups = {name: from_text(session().view.get(name.lower(), "")) for name in NAMES}
        st.session_state["map.groups"] = (run.id, groups)
    return {
        name: rows
        for name in NAMES
        if (rows := groups.get(name)) and max(rows) < len(library.latents(run, [max(rows)]))
    }


def set_group(run: Run, name: str, rows: Sequence[int]) -> None:
    """Make `rows` group "A" or "B" of a run; the link carries it, unless it is too long for one."""
    run_id, groups = st.session_state.get("map.groups", (run.id, {}))
    st.session_state["map.groups"] = (run.id, ({} if run_id != run.id else groups) | {name: list(rows)})
    text = as_text(rows) if rows else ""
    session().set_view(name.lower(), text if 0 < len(text) <= VIEW[name.lower()] else None)


def clear_groups(run: Run) -> None:
    """Forget both."""
    for name in NAMES:
        set_group(run, name, [])
