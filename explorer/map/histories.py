"""Maps of a run on histories: users with what they had, and items, which lie together where the same users want them."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from numpy.typing import NDArray

from vae_core.analysis import LIMIT, MapConfig, map_of
from vae_core.analysis.maps.items import item_map
from vae_core.datasets import HistoryData
from vae_core.datasets.histories.data import users_per_item
from vae_core.runs import Run

from .. import library
from ..figures.colourings import Colouring, colourings
from ..histories.items import first_items, history_data, item_names, lists_frame, probabilities
from ..histories.own import LARGEST, set_history
from ..navigation import go as go_to
from ..presses import pressed
from ..shell.controls import linked
from ..state import session
from ..tables.frames import for_plotly
from .figures import map_figure
from .rows import chart

USERS, ITEMS = "Users", "Items"
#: Session key: run and the items picked on its map.
PICKED = "map.picked_items"
#: Items in the text of a user.
MOST = 12


def history_map(run: Run, config: MapConfig) -> str:
    """The map of users or of items, as chosen; returns which."""
    shown = linked(st.segmented_control, "Map of", [USERS, ITEMS], "of", f"map.of.{run.id}", required=True)
    if shown == ITEMS:
        items(run)
        return ITEMS
    codes = library.latents(run)
    options = colourings(codes)
    colour = linked(st.selectbox, "Colour", list(options), "colour", f"map.colour.{run.id}")
    points = map_of(run, config.replace(limit=min(config.limit, LIMIT)))
    chart(run, config, points, options[colour], user_texts(run, len(points)))
    return USERS


def user_texts(run: Run, count: int) -> list[str]:
    """For each of the first held-out users the items of the history, one a line, for plotly; none where the data is not available."""
    data, names = history_data(run), item_names(run)
    if data is None:
        return []
    texts = []
    for user in data.test.items[:count]:
        had = user.nonzero()[:, 0].tolist()
        more = f"<br>and {len(had) - MOST} more" if len(had) > MOST else ""
        texts.append("<br>".join(for_plotly(names[item]) for item in had[:MOST]) + more)
    return texts


def items(run: Run) -> None:
    """Items, coloured by how many users had them or by what is recommended at the code in view."""
    data, names = history_data(run), item_names(run)
    options: dict[str, Colouring] = {}
    if data is not None:
        options["Share of users"] = Colouring(
            "share", (users_per_item(data.test.items) / len(data.test)).numpy(), "", unit="of users"
        )
    codes, z = library.latents(run), session().z.get(run.id)
    z = z if z is not None and len(z) == codes.dims else codes.mu[0].tolist()
    options["Recommended at the code in view"] = Colouring("π", probabilities(run, torch.tensor([z]))[0].numpy(), "")
    colour = linked(st.selectbox, "Colour", list(options), "itemcolour", f"map.itemcolour.{run.id}")
    figure = item_figure(_places(run, run.weights_hash()), options[colour], names)
    event = st.plotly_chart(
        figure, on_select="rerun", selection_mode=("points", "box", "lasso"), key=f"map.items.{run.id}",
        config={"scrollZoom": True, "displaylogo": False}, alt="Map of the items",
    )  # fmt: skip
    st.session_state[PICKED] = (
        run.id,
        [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point],
    )


def item_figure(places: NDArray[np.float32], colouring: Colouring, names: tuple[str, ...]) -> go.Figure:
    """Items at `places (I, 2)`, with their names under the pointer."""
    figure = map_figure(places, colouring, texts=[for_plotly(name) for name in names])
    figure.update_traces(hovertemplate="%{text}<extra></extra>")
    return figure


@st.cache_data(max_entries=16, show_spinner="Placing the items …", hash_funcs=library.BY_PATH)
def _places(run: Run, version: str) -> NDArray[np.float32]:
    return item_map(library.model_of(run))


def shows_items(run: Run) -> bool:
    """Whether the map in view is that of the items."""
    return run.config.data_kind == "history" and st.session_state.get(f"map.of.{run.id}") == ITEMS


def picked_items(run: Run) -> None:
    """The picked items, and a button that makes them the history on Traverse."""
    id, found = st.session_state.get(PICKED, ("", []))
    if id != run.id or not found:
        st.markdown("**Pick items**")
        st.caption("Click a point or use the lasso: what is picked can be the history on Traverse.")
        return
    names = item_names(run)
    st.markdown(f"**{len(found):,} picked**")
    st.dataframe({"Item": [names[item] for item in found]}, key="map.items_picked", hide_index=True)
    if pressed("Recommend for these", icon=":material/tune:", key="map.recommend", disabled=len(found) > LARGEST):
        set_history(run, found)
        go_to("traverse")


def picked_users(run: Run, rows: list[int]) -> None:
    """What the picked users had, and what is recommended to them."""
    data, names = history_data(run), item_names(run)
    scores = probabilities(run, torch.from_numpy(library.latents(run, rows).mu[rows]))
    if not isinstance(data, HistoryData):
        st.dataframe(lists_frame(run, scores, [f"user {row}" for row in rows]), key="map.recommended")
        return
    seen = data.test.items[rows]
    ranked = first_items(run, scores, seen)
    frame = {
        "Had": [", ".join(names[item] for item in user.nonzero()[:, 0].tolist()) for user in seen],
        "Recommended": [", ".join(names[item] for item in of_user) for of_user in ranked],
    }
    st.dataframe(frame | {"Test user": rows}, key="map.users", hide_index=True, column_order=["Test user", *frame], row_height=70)  # fmt: skip
