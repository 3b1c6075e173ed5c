"""The table of scores as CSV and LaTeX."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .table import Shown


def csv(frame: pd.DataFrame) -> str:
    """The table with both ends of each interval in columns of their own, numbers in full."""
    out = pd.DataFrame(index=frame.index)
    for name, column in frame.items():
        out[name] = column.map(lambda value: float(value) if isinstance(value, Shown) else value)
        ends = [value.ends if isinstance(value, Shown) else None for value in column]
        if any(ends):
            out[f"{name} low"], out[f"{name} high"] = zip(*(pair or (np.nan, np.nan) for pair in ends), strict=True)
    return str(out.to_csv())


def latex(frame: pd.DataFrame) -> str:
    """The table for a paper, with booktabs; columns without any number are left out."""

    def cell(value: object) -> object:
        if isinstance(value, Shown):
            return str(value).replace("±", "$\\pm$")
        return _escaped(value) if isinstance(value, str) else value

    kept = frame.dropna(axis=1, how="all")
    kept = kept.rename(index=_escaped, columns=_escaped).map(cell)
    return str(kept.to_latex(float_format="%.3f", na_rep="--", escape=False))


def _escaped(text: str) -> str:
    for sign in "&%$#_{}":
        text = text.replace(sign, "\\" + sign)
    return text.replace("β", "$\\beta$")
