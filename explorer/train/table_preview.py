"""What was read of a table, before training: its first rows, the kinds of its columns, what is missing or left out."""

from __future__ import annotations

import os

import pandas as pd
import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DataConfig, TableData, load
from vae_core.datasets.tables import KINDS

from ..tables.frames import frame_of, number_format, plain
from .own_source import heading

FIRST = 8


def table_preview(choice: str, dataset: str) -> None:
    """The preview of a registered table, or of a file, with the form's settings of its columns.

    choice: in the form. dataset: the registered name or path that it stands for.
    """
    heading(choice, dataset)
    state = st.session_state
    try:
        data = _opened(dataset, state.get("train.label") or "", state.get("train.kinds") or "", changed_at(dataset))
    except BetascopeError as error:
        st.error(str(error), icon=":material/error:")
        return
    rows, width = data.rows.shape
    classes = f", {len(data.class_names)} classes" if data.class_names else ""
    st.caption(f"{rows:,} rows of {width} columns, {data.n_train:,} of them for training{classes}. The first rows:")
    st.dataframe(
        frame_of(data.schema, data.train.items[:FIRST]), key="train.first", hide_index=True, column_config=number_format(data.schema)
    )  # fmt: skip
    st.dataframe(
        kinds_frame(data), key="train.kinds_found", hide_index=True,
        column_config={"Missing": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
    )  # fmt: skip
    for sentence in data.schema.left_out:
        st.caption(f":material/block: Left out: {plain(sentence)}")
    st.caption("Other kinds: More settings → Kinds of columns, as in age=numeric, city=categorical, id=out.")


@st.cache_resource(max_entries=8, show_spinner="Opening the table …")
def _opened(dataset: str, label: str, kinds: str, stamp: float) -> TableData:
    return load(DataConfig(dataset, label=label, kinds=kinds))


def changed_at(dataset: str) -> float:
    """When the file was changed; 0 for a registered table, and for what is not there."""
    try:
        return os.stat(os.path.expanduser(dataset)).st_mtime
    except (OSError, ValueError):
        return 0.0


def kinds_frame(data: TableData) -> pd.DataFrame:
    """A row per column: its kind, what that is, the share of missing values and what it holds."""
    holds = [
        ", ".join(column.categories[:6]) + (" …" if len(column.categories) > 6 else "")
        if column.categories
        else f"about {column.text(0.0)}"
        for column in data.schema.columns
    ]
    return pd.DataFrame(
        {
            "Column": data.schema.names,
            "Kind": [column.kind for column in data.schema.columns],
            "Learned as": [KINDS[column.kind] for column in data.schema.columns],
            "Missing": [column.missing for column in data.schema.columns],
            "Holds": holds,
        }
    )
