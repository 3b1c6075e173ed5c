"""Where the sliders stand, from the link and back to it."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

from ..components import state_value
from ..runs.conditions import set_condition
from ..state import session, valid_code

REACHES = ("2", "3", "4", "6")


def current_code(run: Run, codes: Latents) -> tuple[list[float], int | None]:
    """Where the sliders stand, and the test image whose code that is; a code that does not fit is left, with a word."""
    z, row = session().z.get(run.id), session().view.get("row", "")
    if z is not None and valid_code(z, codes.dims) is None:
        fits = f"{codes.dims} dimensions, each within ±10,000"
        st.warning(f"The link's code has {len(z)} numbers and this model {fits}; starting at a test image.")
        z = None
    if z is None:
        start = next((row for row in session().picked() if row < len(codes)), 0)
        session().set_code(run.id, codes.mu[start].tolist(), start)
        return session().z[run.id], start
    return z, int(row) if row.isdecimal() and int(row) < len(codes) else None


def remember(run: Run, key: str, dims: int) -> None:
    """Take over what the person did in the browser."""
    moved, reach = state_value(key, "z"), state_value(key, "reach")
    if isinstance(moved, dict) and (z := valid_code(moved.get("z"), dims)) is not None:
        row = moved.get("row")
        session().set_code(run.id, z, row if isinstance(row, int) else None)
        set_condition(run, moved.get("condition"))
    if str(reach) in REACHES:
        session().set_view("reach", None if reach == 3 else str(reach))
