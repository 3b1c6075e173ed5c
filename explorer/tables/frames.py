"""Rows of a table → frames and texts that pages show."""

from __future__ import annotations

import html
import re
from typing import Any

import pandas as pd
import streamlit as st
from torch import Tensor

from vae_core.datasets import TableData
from vae_core.datasets.tables import Schema
from vae_core.runs import Run

from .. import library


def schema_of(run: Run) -> Schema:
    """What the columns of a run on a table mean."""
    schema = run.config.schema
    assert schema is not None, "called for runs on a table"
    return schema


def table_data(run: Run) -> TableData | None:
    """The run's test rows; None, after a notice, where its data is not available."""
    data, why = library.test_data(run)
    if data is None:
        st.info(f"{why} The rows are needed for this.", icon=":material/table_rows:")
        return None
    assert isinstance(data, TableData), "called for runs on a table"
    return data


def frame_of(schema: Schema, rows: Tensor) -> pd.DataFrame:
    """Rows `(n, W)` in their own units: numbers as numbers, categories and dates as texts, missing values as None."""
    columns = {}
    for column, values in zip(schema.columns, rows.T.tolist(), strict=True):
        if column.categories or column.kind == "date":
            columns[column.name] = pd.Series([column.text(value) or None for value in values], dtype=object)
        else:
            columns[column.name] = pd.Series([column.number(value) for value in values], dtype=float)
    return pd.DataFrame(columns)


def fresh_name(name: str, schema: Schema) -> str:
    """`name`, with as many spaces behind it as it takes to differ from all columns."""
    while name in schema.names:
        name += " "
    return name


def show_rows(run: Run, codes: Tensor) -> None:
    """Codes `(n, D)` as the rows that they decode to: means and likeliest categories."""
    schema, rows = schema_of(run), library.decoded_rows(run, codes)
    st.dataframe(frame_of(schema, rows), hide_index=True, column_config=number_format(schema))


def number_format(schema: Schema) -> dict[str, Any]:
    """`column_config` of a frame of rows: numbers with the decimals of the data."""
    return {
        column.name: st.column_config.NumberColumn(format=f"%.{max(0, column.digits)}f")
        for column in schema.columns
        if not column.categories and column.kind != "date"
    }


def plain(text: str) -> str:
    """A text from a file for Markdown: its marks are shown, not followed."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~$:<>&-])", r"\\\1", text.replace("\n", " "))


def for_plotly(text: str) -> str:
    """A text from a file for plotly, which follows some HTML."""
    return html.escape(text if len(text) <= 28 else text[:27] + "…")
