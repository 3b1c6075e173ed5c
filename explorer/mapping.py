"""What the Map page shows: the map of the browser, or charts where it cannot be; the picked images and where to go with them."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae_core.analysis import LIMIT, MapConfig, map_of
from vae_core.runs import Run

from . import library
from .components import mount, said
from .conditions import condition, condition_field
from .figures import Colouring, colourings, map_figure, space_figure
from .navigation import go
from .picking import table_of
from .pictures import caption_of, say_what_is_missing, show_pairs
from .scenes import map_scene
from .state import session, valid_code
from .widgets import recalled

SHOWN = 24


def picks(run: Run, rows: list[int]) -> None:
    """The picked images and where to go with them."""
    if not rows:
        st.markdown("**Pick images**")
        st.caption("Click a point, or take the lasso. Hold the pointer anywhere to see what the decoder draws there.")
        say_what_is_missing(run)
        return
    st.markdown(f"**{len(rows):,} picked**" if len(rows) > 1 else f"**{caption_of(run, rows[0]).capitalize()}**")
    show_pairs(run, rows[:SHOWN])
    more = f" The first {SHOWN} are shown." if len(rows) > SHOWN else ""
    st.caption(f"Originals over reconstructions.{more}")
    say_what_is_missing(run)
    with st.container(horizontal=True):
        if st.button("Traverse from the first", icon=":material/tune:", key="map.traverse"):
            session().stand_at(run.id, library.latents(run, rows).mu[rows[0]].tolist(), rows[0])
            go("traverse")
        if len(rows) > 1 and st.button("Interpolate", icon=":material/conversion_path:", key="map.interpolate"):
            session().keep("keys", "~".join(map(str, rows[:4])))
            go("interpolate")
        st.download_button(
            "CSV", lambda: table_of(library.latents(run, rows), rows).to_csv(index=False), f"{run.id.replace('/', '-')}-picks.csv",
            "text/csv", icon=":material/download:", key="map.csv", on_click="ignore",
        )  # fmt: skip


def live_map(run: Run, config: MapConfig) -> bool:
    """The map of the browser; False where it cannot be shown."""
    codes = library.latents(run, range(config.limit - 1, config.limit))
    row = session().view.get("row", "")
    scene = map_scene(
        run, codes, config, colour=session().view.get("colour"), picks=picked_rows(run), z=session().z.get(run.id),
        under=condition(run, condition_field(run, codes, int(row) if row.isdecimal() else None)),
    )  # fmt: skip
    key = f"map.live.{run.id}"

    def picked() -> None:
        rows = said(key, "picks")
        if isinstance(rows, list) and all(isinstance(row, int) and 0 <= row < len(codes) for row in rows):
            session().pick(run.id, rows)
            st.session_state["map.picked"] = (run.id, rows)

    def moved() -> None:
        here = said(key, "z")
        if isinstance(here, dict) and (z := valid_code(here.get("z"), codes.dims)) is not None:
            row = here.get("row")
            session().stand_at(run.id, z, row if isinstance(row, int) else None)

    def coloured() -> None:
        if (colour := str(said(key, "colour"))) in colourings(codes):
            session().keep("colour", colour)

    if scene is None or st.session_state.get("map.no-webgl"):
        return False
    found = mount(
        "map", key, scene, on_picks_change=picked, on_z_change=moved, on_colour_change=coloured,
        on_webgl_change=lambda: None, on_gone_change=lambda: None,
    )  # fmt: skip
    if said(key, "webgl") is False:
        st.session_state["map.no-webgl"] = True
        st.rerun()
    if found.get("gone"):
        st.rerun()
    return True


def charted(run: Run, config: MapConfig) -> tuple[NDArray[np.float32], Colouring]:
    """What a chart shows: no more points than it can bear, in the colours that are chosen here."""
    known = colourings(library.latents(run))
    colour = recalled(st.selectbox, "Colour", list(known), "colour", f"map.colour.{run.id}")
    return map_of(run, config.replace(limit=min(config.limit, LIMIT))), known[colour]


def plain_map(run: Run, config: MapConfig) -> None:
    """The map of a browser without WebGL."""
    event = st.plotly_chart(
        map_figure(*charted(run, config), session().picked()), on_select="rerun", selection_mode=("points", "box", "lasso"),
        key=f"map.figure.{run.id}.{config.method}", config={"scrollZoom": True, "displaylogo": False}, alt="Map of the codes",
    )  # fmt: skip
    chosen = [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point]
    if chosen:
        session().pick(run.id, chosen)
        st.session_state["map.picked"] = (run.id, chosen)


def space_map(run: Run, config: MapConfig) -> None:
    """A map of three dimensions."""
    st.plotly_chart(
        space_figure(*charted(run, config), session().picked()), key=f"map.space.{run.id}.{config.method}",
        config={"displaylogo": False}, alt="Map of the codes in three dimensions",
    )  # fmt: skip


def about_between(config: MapConfig) -> str:
    """How the empty space of this map is decoded."""
    if config.dims == 3:
        return "Pick images on the flat map; picks are ringed here."
    if config.method == "plane":
        return "Every place is a code: what the decoder draws there is exact."
    if config.method == "pca":
        return "Between points, the code in the plane of the two main directions is decoded."
    return "Between points, the mean code of the 8 nearest images is decoded (weights 1/distance²): approximate, and fading far from data."


def picked_rows(run: Run) -> list[int]:
    """All that were picked on this run's map; after a reload, those that the link remembers."""
    begun, rows = st.session_state.get("map.picked", (None, []))
    kept = session().picked()
    rows = rows if begun == run.id and rows[: len(kept)] == kept else kept
    return [row for row in rows if row < len(library.latents(run, rows))]
