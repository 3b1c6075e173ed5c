"""A table as a data set: rows of numbers, with the schema that says what they mean."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from ..base import Data, DataConfig, DataError, check_available, fingerprint_of, shuffled_split, test_count
from ..roots import permitted
from .kinds import parse_kinds, understand
from .limits import LIMITS
from .read import read
from .schema import Schema

if TYPE_CHECKING:
    import pandas as pd

#: Of small tables a quarter is for testing: a tenth would be a handful of rows.
SMALL, SHARE_OF_SMALL, SHARE = 4000, 0.25, 0.1


@dataclass(frozen=True)
class TableData(Data):
    """A whole table: training rows first, test rows after them.

    rows: `(N, W)` float32, standardised numbers and indices of categories, NaN where a value is missing. schema: what they
    mean; means and deviations are those of the training rows alone. labels, class_names: of the label column, if one was named.
    """

    kind = "table"
    item = "row"

    name: str
    rows: Tensor
    schema: Schema
    n_train: int
    labels: Tensor | None = None
    class_names: tuple[str, ...] = ()
    factors: Tensor | None = None
    factor_names: tuple[str, ...] = ()
    train_size: int = field(default=-1)

    @property
    def items(self) -> Tensor:
        return self.rows

    @property
    def for_model(self) -> dict[str, object]:
        return super().for_model | {"cardinalities": self.schema.cardinalities}

    def of_rows(self, rows: Tensor | slice, n_train: int, train_size: int) -> Self:
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, rows=self.rows[rows], labels=labels, n_train=n_train, train_size=train_size)

    def without(self, label: int) -> Self:
        """The same table without the training rows of this class, standardised by those that remain."""
        left = super().without(label)
        plain = self.schema.plain(left.rows)
        schema = self.schema.fitted(plain[: left.n_train])
        return replace(left, rows=schema.standardised(plain), schema=schema)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the name, the sizes, every test row with its label, and the schema, which the training rows set."""
        return fingerprint_of(self, json.dumps(self.schema.to_dict()))


def load(config: DataConfig, split: str) -> TableData:
    """The table at the path `config.name`, in a seeded order.

    Raises:
        DataError: as `read` and `table_of`.
    """
    path = permitted(config.name)
    return table_of(read(path), config, path.name)


def table_of(frame: pd.DataFrame, config: DataConfig, name: str) -> TableData:
    """A pandas table as a data set: kinds found or as requested, split, and standardised by the training rows.

    Raises:
        DataError: too few rows, a label column that is missing or has no classes, or as `understand`.
    """
    if config.image_size is not None:
        raise DataError(f"--image-size {config.image_size}: {name} is a table and has no pixels; omit this option.")
    frame = frame.reset_index(drop=True)
    size = config.size or len(frame)
    check_available(name, size, len(frame), "rows")
    if size < 10:
        raise DataError(f"{name} has {size} rows; at least 10 are needed to train and test on.")
    kinds = parse_kinds(config.kinds)
    labels, classes = None, ()  # type: tuple[Tensor | None, tuple[str, ...]]
    if config.label:
        labels, classes = _labels(frame, config.label, name)
        frame = frame.drop(columns=config.label)
        kinds.pop(config.label, None)
    schema, plain = understand(frame, kinds)
    order, _ = shuffled_split(len(frame), config.seed)
    rows = order[:size]
    n_train = size - test_count(size, SHARE_OF_SMALL if size < SMALL else SHARE)
    plain = plain[rows]
    schema = schema.fitted(plain[:n_train])
    return TableData(
        name, schema.standardised(plain), schema, n_train, None if labels is None else labels[rows], classes
    )


def _labels(frame: pd.DataFrame, label: str, name: str) -> tuple[Tensor, tuple[str, ...]]:
    """Class indices `(N,)` and their names."""
    if label not in frame.columns:
        names = ", ".join(map(str, list(frame.columns)[:12]))
        raise DataError(f"--label {label!r}: {name} has no such column; the columns are {names}.")
    missing = int(frame[label].isna().sum())
    if missing:
        raise DataError(f"--label {label!r}: {missing:,} rows have no value in it; a label is needed for every row.")
    if not 2 <= (count := frame[label].nunique()) <= LIMITS.categories:
        raise DataError(
            f"--label {label!r}: has {count:,} different values; a label has 2 to {LIMITS.categories} classes."
        )
    if count == len(frame):
        raise DataError(f"--label {label!r}: has a different value in every row; a label names classes.")
    schema, plain = understand(frame[[label]], {label: "categorical"})
    return plain[:, 0].to(torch.int64), schema.columns[0].categories
