"""Tables: what their columns mean, and the best number of each column, or of each row, in bold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from vae_core.glossary import by_spelling


def meanings(columns: Iterable[object]) -> dict[str, Any]:
    """For `column_config` of `st.dataframe`: the glossary's text for each column that is one of its words."""
    known = by_spelling()
    return {
        str(name): st.column_config.Column(help=known[str(name).lower()].text)
        for name in columns
        if str(name).lower() in known
    }


def bold(style: Styler, better: Mapping[str, bool], rows: pd.Series | None = None, axis: Literal[0, 1] = 0) -> Styler:
    """The best value of each column in bold, among `rows` if given; a column with a single number has no best.

    better: column → whether larger values are better. axis: 1 for the best of each row, and `better` by row.
    """

    def marks(column: pd.Series) -> list[str]:
        higher = better.get(str(column.name))
        if higher is None:
            return [""] * len(column)
        numbers = pd.to_numeric(column.astype(float))
        numbers = numbers if rows is None else numbers.where(rows)
        if numbers.notna().sum() < 2:
            return [""] * len(column)
        best = numbers.max() if higher else numbers.min()
        return ["font-weight: 700" if value == best else "" for value in numbers]

    return style.apply(marks, axis=axis)
