"""What the columns of a table are: their kinds and categories, and how texts and numbers become rows of a model and back.

A row `(W,)` holds per column a standardised number, or the index of a category; NaN stands for a missing value. A schema is
saved with a run, so that its rows can be read without the data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import torch
from torch import Tensor

from ...config import ConfigError

#: Kind → what it is.
KINDS = {
    "numeric": "a number",
    "positive": "a number above zero, learned as its logarithm",
    "binary": "one of two values",
    "categorical": "one of several values",
    "date": "a date, learned as a number of days",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Column:
    """name, kind: one of `KINDS`. categories: texts, of binary and categorical columns. mean, std: of the training split, of
    numbers (of their logarithms, of days since 1970). digits: decimals that the data has. missing: share in the training split. shares:
    of the categories there.
    """

    name: str
    kind: str
    categories: tuple[str, ...] = ()
    mean: float = 0.0
    std: float = 1.0
    digits: int = 3
    missing: float = 0.0
    shares: tuple[float, ...] = ()

    @property
    def cardinality(self) -> int:
        """1 for a number, else how many categories."""
        return len(self.categories) or 1

    def number(self, value: float) -> float:
        """A standardised value in the column's own units (days since 1970 for dates), rounded as the data is."""
        plain = self.mean + self.std * value
        if self.kind == "positive":
            plain = math.exp(min(plain, 700.0))
        return round(plain, self.digits)

    def text(self, value: float) -> str:
        """A value of a row as the file has it; empty where it is missing."""
        if math.isnan(value):
            return ""
        if self.categories:
            return self.categories[min(max(int(value), 0), len(self.categories) - 1)]
        number = self.number(value)
        if self.kind == "date":
            return _date(number)
        return f"{number:.{self.digits}f}" if abs(number) < 1e15 else f"{number:g}"


def _date(days: float) -> str:
    try:
        moment = EPOCH + timedelta(days=days)
    except OverflowError:
        return f"{days:.0f} days after 1970"
    return moment.strftime("%Y-%m-%d" if days == int(days) else "%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Schema:
    """The columns of a table in order. left_out: one sentence for each column of the file that is not learned."""

    columns: tuple[Column, ...]
    left_out: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return tuple(column.cardinality for column in self.columns)

    @property
    def numbers(self) -> list[int]:
        """Indices of the columns that are numbers, dates included."""
        return [index for index, column in enumerate(self.columns) if not column.categories]

    def texts(self, rows: Tensor) -> list[list[str]]:
        """Rows `(n, W)` as texts, as they would stand in the file."""
        return [[column.text(value) for column, value in zip(self.columns, row, strict=True)] for row in rows.tolist()]

    def fitted(self, plain: Tensor) -> Schema:
        """This schema with means, deviations and missing shares of plain training rows `(n, W)` (see `plain`)."""
        columns = []
        for index, column in enumerate(self.columns):
            values = plain[:, index].double()
            known = values[~values.isnan()]
            column = replace(column, missing=1 - len(known) / max(1, len(values)))
            if column.categories:
                counts = torch.bincount(known.long(), minlength=column.cardinality).double()
                shares = counts / max(1.0, float(counts.sum()))
                column = replace(column, shares=tuple(round(share, 6) for share in shares.tolist()))
            elif len(known):
                deviation = float(known.std(correction=0))
                mean = float(known.mean())
                # A column that never changes in the training split, up to rounding, tells nothing of its scale.
                column = replace(column, mean=mean, std=deviation if deviation > 1e-12 * abs(mean) else 1.0)
            columns.append(column)
        return replace(self, columns=tuple(columns))

    def standardised(self, plain: Tensor) -> Tensor:
        """Plain rows `(n, W)` float64 → rows of a model, float32."""
        mean, std = self._scales()
        return ((plain - mean) / std).float()

    def plain(self, rows: Tensor) -> Tensor:
        """Rows of a model → numbers in their own units (logarithms, days), categories by index, float64."""
        mean, std = self._scales()
        return rows.double() * std + mean

    def _scales(self) -> tuple[Tensor, Tensor]:
        mean = torch.tensor([0.0 if column.categories else column.mean for column in self.columns], dtype=torch.float64)
        std = torch.tensor([1.0 if column.categories else column.std for column in self.columns], dtype=torch.float64)
        return mean, std

    def log_scale(self, rows: Tensor) -> Tensor:
        """log |d original / d standardised| in nats of each row, `(n,)`: what to add to −log p in standardised units to have it
        in the data's own, where densities are lower the wider a unit is.
        """
        total = torch.zeros(len(rows), dtype=torch.float64)
        for index in self.numbers:
            column, values = self.columns[index], rows[:, index].double()
            scale = torch.full_like(values, math.log(column.std))
            if column.kind == "positive":
                scale = scale + column.mean + column.std * values  # d exp(u)/du = exp(u)
            total += torch.where(values.isnan(), 0.0, scale)
        return total

    def to_dict(self) -> dict[str, Any]:
        columns = [
            asdict(column) | {"categories": list(column.categories), "shares": list(column.shares)}
            for column in self.columns
        ]
        return {"columns": columns, "left_out": list(self.left_out)}

    @classmethod
    def from_dict(cls, values: Any) -> Schema:
        """The inverse of `to_dict`.

        Raises:
            ConfigError: not of this form.
        """
        try:
            columns = tuple(_column(one) for one in values["columns"])
            left_out = tuple(str(text) for text in values.get("left_out", ()))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"The schema in config.json is not of the expected form ({error}).") from error
        if not columns:
            raise ConfigError("The schema in config.json has no columns.")
        return cls(columns, left_out)


def _column(values: dict[str, Any]) -> Column:
    kind, mean, std = str(values["kind"]), float(values["mean"]), float(values["std"])
    if kind not in KINDS or not math.isfinite(mean) or not (math.isfinite(std) and std > 0):
        raise ValueError(f"column {values['name']!r}")
    categories: Sequence[object] = values["categories"]
    if (kind in ("binary", "categorical")) != (len(categories) >= 2):
        raise ValueError(f"categories of column {values['name']!r}")
    digits = min(12, max(-12, int(values["digits"])))
    shares = tuple(float(share) for share in values["shares"])
    if len(shares) not in (0, len(categories)) or not all(0 <= share <= 1 for share in shares):
        raise ValueError(f"shares of column {values['name']!r}")
    names = tuple(map(str, categories))
    return Column(str(values["name"]), kind, names, mean, std, digits, float(values["missing"]), shares)
