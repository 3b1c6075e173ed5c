"""`labels.csv` beside images: `file,label[,split][,factor …]`, one row for each image."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

import torch

from ..base import DataError
from .listing import Entry, Listing, numbered, without_common_folder

FILE = ("file", "filename", "file_name", "image", "path")
#: Distinct values of a factor; a column with more is a measurement, not a factor.
MAX_VALUES = 1000


def annotated(name: str, entries: Sequence[Entry], content: bytes, ignored: Counter[str]) -> Listing:
    """The images that labels.csv names, in the order of `entries`, with its labels, split and factors.

    Raises:
        DataError: the file is no table, or its rows and the images do not fit each other.
    """
    columns = table(name, content)
    file_column = next((column for column in columns if column.lower() in FILE), None)
    if file_column is None:
        raise DataError(f"labels.csv in {name} has no column 'file'; it has {', '.join(columns)}.")
    files = without_common_folder([file.replace("\\", "/").removeprefix("./") for file in columns.pop(file_column)])
    rows = {file: row for row, file in enumerate(files)}
    if len(rows) < len(files):
        raise DataError(f"labels.csv in {name} has two rows for {_few(_repeated(files))}; remove one.")
    by_name = {entry.name: entry for entry in entries}
    missing = [entry.name for entry in entries if entry.name not in rows]
    if missing:
        raise DataError(f"labels.csv in {name} has no row for {_few(missing)}; each image needs one.")
    if absent := [file for file in rows if file not in by_name]:
        raise DataError(f"labels.csv in {name} names {_few(absent)}, which is not there; remove the row.")
    order = [rows[entry.name] for entry in entries]
    columns = {column: [values[row] for row in order] for column, values in columns.items()}
    split = columns.pop("split", None)
    labels, class_names = numbered(columns.pop("label")) if "label" in columns else (None, ())
    factors = {column: numbered(values) for column, values in columns.items()}
    for column, (_, values) in factors.items():
        if len(values) > MAX_VALUES:
            raise DataError(
                f"labels.csv in {name}: the column {column!r} has {len(values):,} different values; "
                f"a factor has at most {MAX_VALUES:,}, so remove it or round its values."
            )
    return Listing(
        name, entries, labels, class_names,
        torch.stack([indices for indices, _ in factors.values()], 1) if factors else None,
        tuple(factors), None if split is None else _is_test(name, split), ignored,
    )  # fmt: skip


def table(name: str, content: bytes) -> dict[str, list[str]]:
    """Column → texts.

    Raises:
        DataError: not UTF-8, no rows, ragged rows, or empty or repeated headings.
    """
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"labels.csv in {name} cannot be read ({error}); save it as CSV in UTF-8.") from error
    lines = [[cell.strip() for cell in line] for line in lines if line]
    if len(lines) < 2:
        raise DataError(f"labels.csv in {name} needs a line of headings, file,label, and one line for each image.")
    heads = lines[0]
    if len(set(heads)) < len(heads) or "" in heads:
        raise DataError(f"labels.csv in {name} has empty or repeated headings: {', '.join(heads)}.")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(heads):
            raise DataError(
                f"labels.csv in {name}: line {number} has {len(line)} values and the headings {len(heads)}."
            )
    return {head: [line[column] for line in lines[1:]] for column, head in enumerate(heads)}


def _is_test(name: str, split: Sequence[str]) -> torch.Tensor:
    if unknown := sorted(set(split) - {"train", "test"}):
        raise DataError(f"labels.csv in {name}: split is {unknown[0]!r}; it can be train or test.")
    return torch.tensor([value == "test" for value in split])


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
