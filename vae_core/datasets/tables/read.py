"""A CSV or Parquet file → a pandas table of numbers, texts and dates, or one sentence on why not. Never unpickles."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from ..base import DataError
from .limits import LIMITS

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".parquet")
#: Texts that stand for a missing value, besides those that pandas knows (empty, NA, NaN, null, None).
MISSING = ("?", "-")
DELIMITERS = ",;\t|"


def is_table(name: str) -> bool:
    """Whether a data set's name is the path of a table."""
    return name.lower().endswith(SUFFIXES)


def read(path: Path, content: bytes | None = None) -> pd.DataFrame:
    """The table in a file, its columns as text, numbers, booleans or dates, missing values as NaN.

    content: the file, where it is not on the disk; `path` then only names it.

    Raises:
        DataError: no such file, too large, not a table, ragged, without rows, or with unusable column names.
    """
    if content is None and not path.is_file():
        raise DataError(f"There is no file {str(path)!r}; name a .csv, .tsv or .parquet.")
    if (size := path.stat().st_size if content is None else len(content)) > LIMITS.bytes:
        raise DataError(f"{path.name} has {size >> 20} MiB; a table may have at most {LIMITS.bytes >> 20} MiB.")
    if size == 0:
        raise DataError(f"{path.name} is empty; a table needs a line of column names and rows below it.")
    try:
        content = path.read_bytes() if content is None else content
        frame = (_parquet if path.suffix.lower() == ".parquet" else _csv)(path, content)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read ({error.strerror or error}).") from error
    _check(path.name, [str(name) for name in frame.columns], len(frame))
    return frame


def _csv(path: Path, content: bytes) -> pd.DataFrame:
    import pandas as pd

    if b"\0" in content:
        raise DataError(f"{path.name} is no text file; a .csv holds lines of text, a .parquet file must be named so.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is not UTF-8 text (byte {error.start:,} cannot be read); save it again as UTF-8."
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    names = _checked_lines(path.name, text, delimiter)
    try:
        return pd.read_csv(
            io.StringIO(text), sep=delimiter, header=0, names=names, na_values=list(MISSING), skipinitialspace=True,
            low_memory=False, index_col=False,
        )  # fmt: skip
    except (ValueError, OverflowError) as error:  # pandas' ParserError is a ValueError
        raise DataError(f"{path.name} cannot be read as a table ({str(error).splitlines()[0][:120]}).") from error


def _checked_lines(name: str, text: str, delimiter: str) -> list[str]:
    """The names of the columns.

    Raises:
        DataError: quotes that do not close, or a line with more or fewer values than there are names.
    """
    lines = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    names: list[str] = []
    try:
        for values in lines:
            if not values:
                continue
            if not names:
                names = [value.strip() for value in values]
                _check(name, names, 1)
            elif len(values) != len(names):
                raise DataError(
                    f"Line {lines.line_num:,} of {name} has {len(values)} values, and there are {len(names)} column names."
                )
    except csv.Error as error:
        raise DataError(f"Line {lines.line_num:,} of {name} cannot be read ({error}).") from error
    return names


def _parquet(path: Path, content: bytes) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(io.BytesIO(content)) as file:
            about = file.metadata
            unpacked = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
            _check(path.name, list(file.schema_arrow.names), about.num_rows)
            if unpacked > LIMITS.bytes:
                raise DataError(
                    f"{path.name} has {unpacked >> 20} MiB when unpacked; a table may have at most {LIMITS.bytes >> 20} MiB."
                )
            for column in file.schema_arrow:
                if not _is_plain(column.type):
                    raise DataError(
                        f"Column {column.name!r} of {path.name} holds {column.type}; a table holds numbers, texts, dates and booleans."
                    )
            return file.read().to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path.name} is no readable Parquet file ({str(error).splitlines()[0][:120]}).") from error


def _is_plain(kind: object) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_plain(kind.value_type)  # type: ignore[attr-defined]
    plain = (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal, types.is_date, types.is_timestamp)
    return any(test(kind) for test in (*plain, types.is_string, types.is_large_string, types.is_null))


def _check(file: str, names: list[str], rows: int) -> None:
    """
    Raises:
        DataError: no rows, too many rows or columns, or names that are missing, double, too long or hold control characters.
    """
    if rows == 0:
        raise DataError(f"{file} has column names and no rows; at least 10 rows are needed.")
    if rows > LIMITS.rows:
        raise DataError(f"{file} has {rows:,} rows; a table may have at most {LIMITS.rows:,}.")
    if not 2 <= len(names) <= LIMITS.columns:
        raise DataError(f"{file} has {len(names)} columns; a table has 2 to {LIMITS.columns}.")
    for name in names:
        if len(name) > LIMITS.name or any(unicodedata.category(letter).startswith("C") for letter in name):
            raise DataError(
                f"{file} has a column named {name[:40]!r}; a name has at most {LIMITS.name} characters, none of which controls a terminal."
            )
    double = sorted({name for name in names if name and names.count(name) > 1})
    if double:
        raise DataError(f"{file} has several columns named {double[0]!r}; give each its own name.")
    if names.count("") > 1:
        raise DataError(f"{file} has {names.count('')} columns without a name; give each its own name.")
