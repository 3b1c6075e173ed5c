"""Errors of each column of a run on a table, and their table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from vae_core.analysis.tables.errors import ColumnError, column_errors
from vae_core.datasets import TableData
from vae_core.runs import Run

from .. import library
from .frames import schema_of


@st.cache_data(max_entries=32, show_spinner="Reconstructing the rows …", hash_funcs=library.BY_PATH)
def errors_of(run: Run, version: str) -> list[ColumnError]:
    """Errors of the test rows, column by column; version: of the run's weights."""
    data, _ = library.test_data(run)
    assert isinstance(data, TableData), "called for runs whose rows are available"
    return column_errors(library.model_of(run), schema_of(run), data.test.items)


def errors_frame(errors: Sequence[ColumnError]) -> pd.DataFrame:
    """A row per column: error and nats beside those of a constant, what is explained least first."""
    frame = pd.DataFrame(
        {
            "Column": [one.column.name for one in errors],
            "Kind": [one.column.kind for one in errors],
            "Error": [one.error for one in errors],
            "Constant": [one.constant_error for one in errors],
            "Left over": [one.error / one.constant_error if one.constant_error else None for one in errors],
            "Nats": [one.nats for one in errors],
            "Nats of a constant": [one.constant_nats for one in errors],
            "Missing": [one.column.missing for one in errors],
        }
    )
    return frame.sort_values("Left over", ascending=False, na_position="last", ignore_index=True)


def errors_table(errors: Sequence[ColumnError], key: str) -> None:
    """That frame with bars, and how to read it."""
    share = lambda title, help: st.column_config.ProgressColumn(
        title, format="percent", min_value=0.0, max_value=1.0, help=help
    )
    st.dataframe(
        errors_frame(errors),
        key=key,
        hide_index=True,
        column_config={
            "Left over": share("Left over", "The error as a share of the constant's; 100 % is no better than it"),
            "Error": st.column_config.NumberColumn(format="%.3f"),
            "Constant": st.column_config.NumberColumn(format="%.3f"),
            "Nats": st.column_config.NumberColumn(format="%.2f"),
            "Nats of a constant": st.column_config.NumberColumn(format="%.2f"),
            "Missing": st.column_config.NumberColumn(format="percent", help="Share of the training rows"),
        },
    )
    st.caption(
        "Error: of numbers the root mean square in standard deviations, of categories the share that is wrong; rows are decoded at z = μ.",
        help="A constant gives every row the training split's mean or most frequent category. Nats are −log p of the observed "
        "values, mean over the test rows; those of a constant use the training split's deviation or shares.",
    )
