"""The table of scores as CSV and LaTeX."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .table import Shown


def csv(frame: pd.DataFrame) -> str:
    """The table as CSV: numbers in full, both ends of each interval in columns of their own."""
    table = pd.DataFrame(index=frame.index)
    for name, column in frame.items():
        table[name] = column.map(lambda value: float(value) if isinstance(value, Shown) else value)
        ends = [value.ends if isinstance(value, Shown) else None for value in column]
        if any(ends):
            table[f"{name} low"], table[f"{name} high"] = zip(*(pair or (np.nan, np.nan) for pair in ends), strict=True)
    return str(table.to_csv())


def latex(frame: pd.DataFrame) -> str:
    """The table as LaTeX with booktabs; columns without values are left out."""

    def cell(value: object) -> object:
        if isinstance(value, Shown):
            return str(value).replace("±", "$\\pm$")
        return _escaped(value) if isinstance(value, str) else value

    table = frame.dropna(axis=1, how="all")
    table = table.rename(index=_escaped, columns=_escaped).map(cell)
    return str(table.to_latex(float_format="%.3f", na_rep="--", escape=False))


def _escaped(text: str) -> str:
    for sign in "&%$#_{}":
        text = text.replace(sign, "\\" + sign)
    return text.replace("β", "$\\beta$")
