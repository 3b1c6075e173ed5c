"""The kind of each column, found from its values by rules that are shown and can be overridden.

| values | kind |
|---|---|
| two different ones, of any type | binary |
| texts that are all dates (2024-03-01, with or without a time) | date |
| other texts, at most 100 different ones | categorical |
| numbers above zero, skewed, whose logarithms are less than half as skewed | positive |
| other numbers | numeric |

Left out, with a sentence: columns without any value or with one value only, texts that all differ or have more than 100
different values, and whole numbers that count the rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..base import DataError
from .limits import LIMITS
from .schema import KINDS, Column, Schema

if TYPE_CHECKING:
    import pandas as pd

#: Skewness from which on a logarithm is tried.
SKEWED = 1.0
#: Squares of larger numbers are not finite.
HUGE = 1e100
DIGITS = 6


def parse_kinds(text: str) -> dict[str, str]:
    """ "age=numeric,city=categorical" → {"age": "numeric", "city": "categorical"}; "=out" leaves a column out.

    Raises:
        DataError: not of this form, or a kind that does not exist.
    """
    kinds = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, kind = part.rpartition("=")
        name, kind = name.strip(), kind.strip()
        if not equals or kind not in (*KINDS, "out"):
            raise DataError(f"--kinds {part!r}: write COLUMN=KIND with a kind of {', '.join(KINDS)}, or out.")
        kinds[name] = kind
    return kinds


def understand(frame: pd.DataFrame, kinds: dict[str, str]) -> tuple[Schema, Tensor]:
    """The schema of a table, not fitted yet, and its plain rows `(N, W)` float64: numbers, logarithms, days, and categories
    by index.

    kinds: column → the kind to take instead of the one that would be found.

    Raises:
        DataError: infinite values, values that are not of the requested kind, an unknown column, or no column to learn.
    """
    names = [str(name) for name in frame.columns]
    for name in kinds:
        if name not in names:
            raise DataError(f"--kinds {name}: there is no such column; the columns are {_few(names)}.")
    columns, values, left_out = [], [], []
    for name, series in zip(names, (frame.iloc[:, place] for place in range(len(names))), strict=True):
        wanted = kinds.get(name)
        if wanted == "out":
            continue
        found = _column(name, series, wanted)
        if isinstance(found, str):
            left_out.append(found)
        else:
            columns.append(found[0])
            values.append(found[1])
    if not columns:
        raise DataError(f"No column can be learned: {' '.join(left_out) or 'all were left out.'}")
    return Schema(tuple(columns), tuple(left_out)), torch.stack(values, 1)


def _column(name: str, series: pd.Series, wanted: str | None) -> tuple[Column, Tensor] | str:
    """The column and its plain values `(N,)`, or one sentence on why it is left out."""
    import pandas as pd

    known = series.dropna()
    if known.empty:
        return f"{name!r} has no values."
    number, date = _as_numbers(series), None
    if number is not None and bool(number.abs().gt(HUGE).any()):
        row = int(number.abs().gt(HUGE).to_numpy().argmax()) + 1
        what = "an infinite value" if math.isinf(number.iloc[row - 1]) else f"a value beyond ±{HUGE:g}"
        raise DataError(f"Column {name!r} has {what} in row {row:,}; numbers must be finite or missing.")
    different = known.nunique()
    if wanted is None and different == 1:
        return f"{name!r} has the same value {_short(known.iloc[0])} in all rows."
    if wanted is None and different == 2:
        wanted = "binary"
    if wanted in (None, "date"):
        date = _as_dates(series)
    if wanted is None:
        wanted = _found(number, date)
        if wanted == "categorical" and (different == len(known) or different > LIMITS.categories):
            what = "a different text in every row" if different == len(known) else f"{different:,} different texts"
            return f"{name!r} has {what}, which is no category."
        if number is not None and _counts_rows(number):
            return f"{name!r} counts the rows."
    if wanted in ("binary", "categorical"):
        return _categories(name, series, wanted)
    source = date if wanted == "date" else number
    if source is None:
        example = next(value for value in known if pd.isna(pd.to_numeric(value, errors="coerce")) or wanted == "date")
        raise DataError(f"Column {name!r} is not {KINDS[wanted]}: it holds {_short(example)}.")
    if wanted == "positive":
        if not bool((source.dropna() > 0).all()):
            raise DataError(f"Column {name!r} is not {KINDS[wanted]}: it holds {source.min():g}.")
        return Column(name, wanted, digits=_digits(source)), torch.tensor(source.to_numpy()).log()
    return Column(name, wanted, digits=_digits(source)), torch.tensor(source.to_numpy())


def _found(number: pd.Series | None, date: pd.Series | None) -> str:
    if number is None:
        return "categorical" if date is None else "date"
    known = torch.tensor(number.dropna().to_numpy())
    if bool((known > 0).all()) and (before := _skewness(known)) > SKEWED and abs(_skewness(known.log())) < before / 2:
        return "positive"
    return "numeric"


def _skewness(values: Tensor) -> float:
    centred = values - values.mean()
    deviation = float(centred.square().mean().sqrt())
    return float(centred.pow(3).mean()) / deviation**3 if deviation > 0 else 0.0


def _as_numbers(series: pd.Series) -> pd.Series | None:
    """As float64, missing as NaN; None where a value is no number."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return None
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.astype("float64").reset_index(drop=True)
    numbers = pd.to_numeric(series.astype(object).where(series.notna(), None), errors="coerce")
    numbers = pd.Series(numbers, dtype="float64")
    return None if bool((numbers.isna() & series.notna()).any()) else numbers.reset_index(drop=True)


def _as_dates(series: pd.Series) -> pd.Series | None:
    """As days since 1970, missing as NaN; None where a value is no date in the form of ISO 8601."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype):
        return None
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        series = series.astype(object).map(str, na_action="ignore")
    dates = pd.to_datetime(series, errors="coerce", format="ISO8601", utc=True)
    if bool((dates.isna() & series.notna()).any()):
        return None
    # In seconds: dates of all centuries fit, in nanoseconds only those near ours.
    days = dates.dt.as_unit("s").astype("int64") / 86_400
    return days.where(dates.notna()).astype("float64").reset_index(drop=True)


def _counts_rows(number: pd.Series) -> bool:
    """Whether these are the numbers from 0 or 1 on, in order, one per row."""
    start = number.iloc[0]
    return len(number) > 2 and start in (0, 1) and bool((number.diff().iloc[1:] == 1).all())


def _categories(name: str, series: pd.Series, kind: str) -> tuple[Column, Tensor]:
    missing = series.isna()
    texts = [None if gone else _category(value) for value, gone in zip(series.astype(object), missing, strict=True)]
    different = set(texts) - {None}
    # Numbers in their own order, so that "2" stands before "10".
    order = sorted((text for text in different if text is not None), key=_natural)
    most = 2 if kind == "binary" else LIMITS.categories
    if not 2 <= len(order) <= most:
        needed = "two" if kind == "binary" else f"2 to {most}"
        raise DataError(f"Column {name!r} has {len(order):,} different values; {kind} takes {needed}.")
    index = {text: float(place) for place, text in enumerate(order)}
    plain = torch.tensor([math.nan if text is None else index[text] for text in texts], dtype=torch.float64)
    return Column(name, "binary" if len(order) == 2 else "categorical", tuple(order), digits=0), plain


def _category(value: Any) -> str:
    """A value as text: 1.0 as "1", since a column of whole numbers with missing values is read as floats."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()[: LIMITS.name]


def _natural(text: str) -> tuple[int, float, str]:
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def _digits(numbers: pd.Series) -> int:
    """How many decimals the values have, at most `DIGITS`; a few with more, as sums of floats have, do not count."""
    known = numbers.dropna().to_numpy()[:10_000]
    exact = lambda digits: (abs(known.round(digits) - known) <= 1e-9 * abs(known)).mean()
    return next((digits for digits in range(DIGITS) if exact(digits) >= 0.98), DIGITS)


def _few(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _short(value: object) -> str:
    return repr(str(value)[:40])
