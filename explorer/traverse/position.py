"""The code of the sliders: read from the link, and written back to it."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Latents
from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.runs.notes import rename, renamed
from vae_core.serving import MAX_CODE

from ..access.modes import require
from ..components import state_value
from ..runs.conditions import set_condition
from ..state import Session, session, valid_code

REACHES = ("2", "3", "4", "6")


def current_reach(of: Session | None = None) -> float:
    """Standard deviations that sliders span to either side, as in the link; of: another session than this one."""
    text = (of or session()).view.get("reach", "3")
    return float(text) if text in REACHES else 3.0


def current_code(run: Run, codes: Latents) -> tuple[list[float], int | None]:
    """The code of the sliders, and the row of the test image that has it, if any; warns of a code in the link that does not fit."""
    z, row = session().z.get(run.id), session().view.get("row", "")
    if z is not None and valid_code(z, codes.dims) is None:
        st.warning(
            f"The link's code has {len(z)} numbers; this model takes {codes.dims} within ±{MAX_CODE:,.0f}. "
            "A test image is shown instead."
        )
        z = None
    if z is None:
        chosen = [int(row)] if row.isdecimal() else []
        first = next((row for row in [*chosen, *session().picked()] if row < len(codes)), 0)
        session().set_code(run.id, codes.mu[first].tolist(), first)
        return session().z[run.id], first
    return z, int(row) if row.isdecimal() and int(row) < len(codes) else None


def remember(run: Run, key: str, dims: int) -> None:
    """Store the component's code, condition and reach in the session, if they are valid."""
    position, reach = state_value(key, "z"), state_value(key, "reach")
    if isinstance(position, dict) and (z := valid_code(position.get("z"), dims)) is not None:
        row = position.get("row")
        session().set_code(run.id, z, row if isinstance(row, int) else None)
        set_condition(run, position.get("condition"))
    remember_names(run, state_value(key, "names"), dims)
    if str(reach) in REACHES:
        session().set_view("reach", None if reach == 3 else str(reach))


def remember_names(run: Run, value: object, dims: int) -> None:
    """Write the names of dimensions that were typed in the browser beside the run, if they are new."""
    if not isinstance(value, dict):
        return
    typed = {int(dim): str(name) for dim, name in value.items() if str(dim).isdecimal() and int(dim) < dims}
    try:
        if renamed(notes := run.notes(), typed) != notes:
            require("name", run.path)
            rename(run.path, typed)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")
