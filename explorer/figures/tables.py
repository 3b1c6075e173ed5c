"""The best number of each column, or of each row, of a table in bold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd
from pandas.io.formats.style import Styler


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
