"""The map in the browser."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import MapConfig
from vae_core.runs import Run

from .. import library
from ..components import mount, state_value
from ..figures.colourings import colourings
from ..live.map_props import map_props
from ..runs.conditions import condition, condition_field
from ..state import session, valid_code
from .groups import groups_of
from .picks import picked_rows


def live_map(run: Run, config: MapConfig) -> bool:
    """The map component; returns False where it cannot be shown, as without WebGL or a decoder."""
    if not run.config.model.has_decoder:
        return False
    codes = library.latents(run, range(config.limit - 1, config.limit))
    row = session().view.get("row", "")
    props = map_props(
        run, codes, config, colour=session().view.get("colour"), picks=picked_rows(run), groups=groups_of(run), z=session().z.get(run.id),
        condition=condition(run, condition_field(run, codes, int(row) if row.isdecimal() else None)),
    )  # fmt: skip
    key = f"map.live.{run.id}"

    def picked() -> None:
        rows = state_value(key, "picks")
        if isinstance(rows, list) and all(isinstance(row, int) and 0 <= row < len(codes) for row in rows):
            session().pick(run.id, rows)
            st.session_state["map.picked"] = (run.id, rows)

    def moved() -> None:
        position = state_value(key, "z")
        if isinstance(position, dict) and (z := valid_code(position.get("z"), codes.dims)) is not None:
            row = position.get("row")
            session().set_code(run.id, z, row if isinstance(row, int) else None)

    def coloured() -> None:
        if (colour := str(state_value(key, "colour"))) in colourings(codes):
            session().set_view("colour", colour)

    if props is None or st.session_state.get("map.no-webgl"):
        return False
    event = mount(
        "map", key, props, on_picks_change=picked, on_z_change=moved, on_colour_change=coloured,
        on_webgl_change=lambda: None, on_gone_change=lambda: None,
    )  # fmt: skip
    if state_value(key, "webgl") is False:
        st.session_state["map.no-webgl"] = True
        st.rerun()
    if event.get("gone"):
        st.rerun()
    return True
