"""A CSV or Parquet file of `user,item[,rating[,timestamp]]` → who had what, or one sentence on why not. Never unpickles.

A table is histories if it has a column of users and one of items and, besides these, at most a rating and a timestamp.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..base import DataError
from ..roots import may_be_read, permitted
from ..tables.read import DELIMITERS
from .limits import LIMITS

#: What a column is → its names, without regard to case and underscores.
NAMES = {
    "user": ("user", "userid"),
    "item": ("item", "itemid", "movieid"),
    "rating": ("rating",),
    "timestamp": ("timestamp",),
}
ACCEPTED = "user,item[,rating[,timestamp]]"
#: Bytes within which the line of column names ends.
HEADER = 1 << 16


@dataclass(frozen=True)
class Events:
    """One row per event. users, items: indices `(n,)` into the names. ratings: `(n,)`, or None without such a column."""

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    ratings: NDArray[np.float64] | None
    user_names: list[str]
    item_names: list[str]


def is_history(name: str, content: bytes | None = None) -> bool:
    """Whether a .csv, .tsv or .parquet has the columns of histories and no others; false for what cannot be read.

    content: the file, where it is not on the disk.
    """
    return set(columns_of(name, content)) >= {"user", "item"}


def columns_of(name: str, content: bytes | None = None) -> dict[str, str]:
    """What each column is → its name in the file; empty if any column is something else, or the file is not readable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if content is None and not may_be_read(name):
        return {}
    path = Path(name) if content is not None else permitted(name)
    if content is None and not path.is_file():
        return {}
    try:
        if path.suffix.lower() == ".parquet":
            names = list(pq.read_schema(path if content is None else io.BytesIO(content)).names)
        else:
            names = _header(_start(path) if content is None else content[:HEADER])[0]
    except (OSError, pa.ArrowException, csv.Error):
        return {}
    found: dict[str, str] = {}
    for column in names:
        plain = column.strip().lower().replace("_", "")
        kind = next((kind for kind, known in NAMES.items() if plain in known), None)
        if kind is None or kind in found:
            return {}
        found[kind] = column
    return found


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER)


def _header(start: bytes) -> tuple[list[str], str]:
    """The names of the columns of a CSV, and what separates them."""
    first = start.decode("utf-8-sig", "replace").split("\n", 1)[0].rstrip("\r")
    delimiter = max(DELIMITERS, key=first.count)
    return next(csv.reader([first], delimiter=delimiter), []), delimiter


def read(path: Path, content: bytes | None = None) -> Events:
    """The events in a file.

    content: the file, where it is not on the disk; `path` then only names it.

    Raises:
        DataError: no such file, other columns, too large, unreadable, without rows, or values that are missing or hostile.
    """
    import pyarrow as pa

    if content is None and not path.is_file():
        raise DataError(f"There is no file {str(path)!r}; name a .csv, .tsv or .parquet.")
    if (size := path.stat().st_size if content is None else len(content)) > LIMITS.bytes:
        raise DataError(f"{path.name} has {size >> 20} MiB; histories may have at most {LIMITS.bytes >> 20} MiB.")
    columns = columns_of(str(path), content)
    if not {"user", "item"} <= set(columns):
        raise DataError(f"{path.name} has other columns than {ACCEPTED}; name two of them user and item.")
    try:
        table = (_parquet if path.suffix.lower() == ".parquet" else _csv)(path, content, columns)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path.name} cannot be read ({str(error).splitlines()[0][:120]}).") from error
    if table.num_rows == 0:
        raise DataError(f"{path.name} has column names and no rows; each row is one event of a user.")
    users, user_names = _names(table.column(columns["user"]), "user", path.name)
    items, item_names = _names(table.column(columns["item"]), "item", path.name)
    ratings = _ratings(table.column(columns["rating"]), path.name) if "rating" in columns else None
    return Events(users, items, ratings, user_names, item_names)


def _csv(path: Path, content: bytes | None, columns: dict[str, str]) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    _, delimiter = _header(_start(path) if content is None else content[:HEADER])
    used = {columns[kind]: pa.string() for kind in ("user", "item")}
    if "rating" in columns:
        used[columns["rating"]] = pa.float64()
    return arrow_csv.read_csv(
        path if content is None else io.BytesIO(content),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
        convert_options=arrow_csv.ConvertOptions(column_types=used, include_columns=list(used)),
    )


def _parquet(path: Path, content: bytes | None, columns: dict[str, str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path if content is None else io.BytesIO(content)) as file:
        about = file.metadata
        unpacked = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        if unpacked > LIMITS.bytes:
            raise DataError(
                f"{path.name} has {unpacked >> 20} MiB when unpacked; histories may have at most {LIMITS.bytes >> 20} MiB."
            )
        kinds = [kind for kind in ("user", "item", "rating") if kind in columns]
        table = file.read(columns=[columns[kind] for kind in kinds])
        to = [pa.float64() if kind == "rating" else pa.string() for kind in kinds]
        return table.cast(pa.schema([(columns[kind], one) for kind, one in zip(kinds, to, strict=True)]))


def _names(column: Any, kind: str, file: str) -> tuple[NDArray[np.int64], list[str]]:
    """Indices of the events `(n,)` into the different names, which are sorted.

    Raises:
        DataError: names that are missing, too long or hold control characters.
    """
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    missing = encoded.null_count or ("" in names)
    if missing:
        raise DataError(f"{file} has rows without a value in the column of {kind}s; each row names a user and an item.")
    for name in names:
        if len(name) > LIMITS.name or any(unicodedata.category(letter).startswith("C") for letter in name):
            raise DataError(
                f"{file} has a name {name[:40]!r} in the column of {kind}s; a name has at most {LIMITS.name} characters, none "
                "of which controls a terminal."
            )
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    return place[np.asarray(encoded.indices, dtype=np.int64)], [names[index] for index in order]


def _ratings(column: Any, file: str) -> NDArray[np.float64]:
    ratings = np.asarray(column.to_numpy(), dtype=np.float64)
    if not np.isfinite(ratings).all():
        raise DataError(
            f"{file} has ratings that are missing or infinite; each row needs a number, or omit the column."
        )
    return ratings
