"""The picked images, and buttons that take them to other pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

from .. import library
from ..images.originals import caption_of, missing_data_notice, show_pairs
from ..navigation import go
from ..presses import pressed
from ..state import session
from .class_means import class_mean, class_means
from .groups import NAMES, groups_of, set_group
from .histories import picked_items, picked_users, shows_items
from .nearby import neighbours
from .rows import picked_table

SHOWN = 24


def picks(run: Run, rows: list[int]) -> None:
    """The picked images `rows`, and buttons that take them to other pages."""
    if shows_items(run):
        picked_items(run)
        return
    if not rows:
        if run.config.data_kind != "images":
            item = run.config.item
            what = "row" if item == "row" else "history"
            st.markdown(f"**Pick {item}s**")
            st.caption(f"Click a point or use the lasso; hold the pointer over a point to see its {what}.")
            return
        st.markdown("**Pick images**")
        decoded = "; hold the pointer anywhere to see the image decoded there" if run.config.model.has_decoder else ""
        st.caption(f"Click a point or use the lasso{decoded}.")
        missing_data_notice(run)
        class_means(run)
        return
    st.markdown(f"**{len(rows):,} picked**" if len(rows) > 1 else f"**{caption_of(run, rows[0]).capitalize()}**")
    more = f" The first {SHOWN} are shown." if len(rows) > SHOWN else ""
    decodes = run.config.model.has_decoder
    if run.config.data_kind == "table":
        picked_table(run, rows[:SHOWN])
        st.caption(more)
    elif run.config.data_kind == "history":
        picked_users(run, rows[:SHOWN])
        st.caption(more)
    else:
        show_pairs(run, rows[:SHOWN])
        st.caption(f"Originals over reconstructions.{more}" if decodes else more.strip())
        missing_data_notice(run)
    if run.config.data_kind == "images" and len(rows) == 1:
        neighbours(run, rows[0])
        class_mean(run, rows[0])
    _group_buttons(run, rows)
    with st.container(horizontal=True):
        if decodes and pressed("Traverse from the first", icon=":material/tune:", key="map.traverse"):
            session().set_code(run.id, library.latents(run, rows).mu[rows[0]].tolist(), rows[0])
            go("traverse")
        if (
            decodes
            and len(rows) > 1
            and pressed("Interpolate", icon=":material/conversion_path:", key="map.interpolate")
        ):
            session().set_view("keys", "~".join(map(str, rows[:4])))
            go("interpolate")
        st.download_button(
            "CSV", lambda: table_of(library.latents(run, rows), rows, run.config.item).to_csv(index=False), f"{run.id.replace('/', '-')}-picks.csv",
            "text/csv", icon=":material/download:", key="map.csv", on_click="ignore",
        )  # fmt: skip


def _group_buttons(run: Run, rows: list[int]) -> None:
    """Make what is picked one of the two groups whose differences are shown below the map."""
    groups = groups_of(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name in NAMES:
            st.button(
                f"Group {name}", key=f"map.group_{name}", icon=":material/select_all:", on_click=set_group, args=(run, name, rows),
                help="Two groups of picked points: below the map, what differs between A and B",
            )  # fmt: skip
        if len(groups) == 1:
            (name,) = groups
            other = NAMES[1 - NAMES.index(name)]
            st.caption(f"{name} has {len(groups[name]):,}. Pick others and make them group {other}.")


def picked_rows(run: Run) -> list[int]:
    """Rows of all images picked on this run's map; after a reload, those in the link."""
    run_id, rows = st.session_state.get("map.picked", (None, []))
    in_link = session().picked()
    rows = rows if run_id == run.id and rows[: len(in_link)] == in_link else in_link
    return [row for row in rows if row < len(library.latents(run, rows))]


def table_of(codes: Latents, rows: Sequence[int], item: str = "image") -> pd.DataFrame:
    """One line per picked test image, or row of a table: label, factors, rate and distortion in nats, and its code."""
    indices = list(rows)
    columns: dict[str, object] = {f"test_{item}": indices}
    if codes.labels is not None:
        labels = codes.labels[indices]
        columns["label"] = [codes.class_names[int(label)] for label in labels] if codes.class_names else labels
    for column, name in enumerate(codes.factor_names):
        assert codes.factors is not None, "factor names come with factors"
        columns[name] = codes.factors[indices, column]
    if codes.rate is not None:
        columns["rate_nats"] = codes.rate[indices].sum(1)
    if not np.isnan(codes.distortion).any():
        columns["distortion_nats"] = codes.distortion[indices]
    return pd.DataFrame(columns | {codes.title(dim): codes.mu[indices, dim] for dim in range(codes.dims)})
