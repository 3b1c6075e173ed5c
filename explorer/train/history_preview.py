"""What was read of histories, before training: how many users and events, and the items that most users had."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DataConfig, HistoryData, load
from vae_core.datasets.histories.data import users_per_item

from .own_source import heading
from .table_preview import changed_at

SHOWN = 12


def history_preview(choice: str, dataset: str) -> None:
    """The preview of a registered set, or of a file, with the form's settings of its events.

    choice: in the form. dataset: the registered name or path that it stands for.
    """
    heading(choice, dataset)
    state = st.session_state
    try:
        data = _opened(dataset, state.get("train.min_rating"), state.get("train.min_events") or 5, changed_at(dataset))
    except BetascopeError as error:
        st.error(str(error), icon=":material/error:")
        return
    users, items = data.events.shape
    total = int(users_per_item(data.events).sum())
    st.caption(
        f"{users:,} users, {data.n_train:,} of them for training; {items:,} items; {total:,} events, {total / users:.0f} a user. "
        "The items that most training users had:"
    )
    st.dataframe(
        popular_frame(data), key="train.popular", hide_index=True,
        column_config={"Users": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
    )  # fmt: skip


def popular_frame(data: HistoryData) -> pd.DataFrame:
    """The most popular items with the share of training users who had them."""
    shares = users_per_item(data.train.items) / data.n_train
    first = shares.argsort(descending=True)[:SHOWN].tolist()
    return pd.DataFrame({"Item": [data.item_names[item] for item in first], "Users": shares[first].tolist()})


@st.cache_resource(max_entries=4, show_spinner="Opening the histories …")
def _opened(dataset: str, min_rating: float | None, min_events: int, stamp: float) -> HistoryData:
    return load(DataConfig(dataset, min_rating=min_rating, min_events=min_events))
