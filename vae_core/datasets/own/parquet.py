"""A Parquet file with a column of images → a `Listing`: as bytes, or as Hugging Face stores them, `{bytes, path}`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import torch

from ..base import DataConfig, DataError
from .limits import LIMITS, Limits
from .listing import Entry, Listing, numbered

#: What a column of labels is usually called.
LABELS = ("label", "labels", "class", "target", "fine_label", "y")


def from_parquet(name: str, file: Path | BinaryIO, config: DataConfig, limits: Limits = LIMITS) -> Listing:
    """
    Raises:
        DataError: no Parquet file, no column of images, or columns that are not there.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        source = parquet.ParquetFile(file)
        limits.check_count(name, source.metadata.num_rows)
        groups = (source.metadata.row_group(group) for group in range(source.metadata.num_row_groups))
        limits.check_total(name, sum(group.total_byte_size for group in groups))
        schema = source.schema_arrow
        image, label = columns_of(name, image_columns(schema), schema.names, config)
        table = source.read([image, *([label] if label else [])])
        values = table.column(label).to_pylist() if label else None
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name} cannot be read as Parquet ({str(error).splitlines()[0][:120]}).") from error
    column = table.column(image).combine_chunks() if table.num_rows else []
    entries = [Entry(f"row {row + 1}", _Cell(column, row)) for row in range(table.num_rows)]
    if not entries:
        raise DataError(f"{name} has no rows.")
    return Listing(name, entries, *labels_of(name, label, values, class_names_of(schema, label)))


def has_images(file: Path | BinaryIO) -> bool:
    """Whether this is a Parquet file with a column of images."""
    import pyarrow
    from pyarrow import parquet

    try:
        return bool(image_columns(parquet.read_schema(file)))
    except (pyarrow.ArrowException, OSError, ValueError):
        return False


class _Cell:
    """Reads the image in one row of a column."""

    def __init__(self, column: Any, row: int) -> None:
        self.column, self.row = column, row

    def __call__(self) -> bytes:
        return image_bytes(self.column[self.row].as_py())


def image_bytes(value: Any) -> bytes:
    """The bytes of a cell, whether plain or `{bytes, path}`; empty where there is none. A path is never followed."""
    return (value.get("bytes") if isinstance(value, dict) else value) or b""


def image_columns(schema: Any) -> list[str]:
    """Names of the columns of bytes, or of structures with a field of bytes."""
    import pyarrow.types as types

    def holds_bytes(kind: Any) -> bool:
        return types.is_binary(kind) or types.is_large_binary(kind)

    return [
        field.name
        for field in schema
        if holds_bytes(field.type)
        or (types.is_struct(field.type) and any(part.name == "bytes" and holds_bytes(part.type) for part in field.type))
    ]


def columns_of(
    name: str, images: Sequence[str], names: Sequence[str], config: DataConfig, classes: Sequence[str] = ()
) -> tuple[str, str]:
    """The columns of images and of labels ("": none): those requested, else found by their type and name.

    classes: columns that are labels by their type.

    Raises:
        DataError: none, several, or one that is not there.
    """
    listed = ", ".join(names[:12])
    if config.image_column:
        if config.image_column not in names:
            raise DataError(f"--image-column {config.image_column!r}: {name} has the columns {listed}.")
        image = config.image_column
    elif len(images) == 1:
        image = images[0]
    elif images:
        raise DataError(f"{name} has several columns of images; choose one with --image-column: {', '.join(images)}.")
    else:
        raise DataError(f"{name} has no column of images; its columns are {listed}.")
    if config.label and config.label not in names:
        raise DataError(f"--label {config.label!r}: {name} has the columns {listed}.")
    found = next((column for column in (*classes, *names) if column in classes or column.lower() in LABELS), "")
    return image, config.label or found


def class_names_of(schema: Any, label: str) -> tuple[str, ...]:
    """Names of the classes, where Hugging Face's metadata has them."""
    try:
        info = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"][label]
        return tuple(map(str, info["names"]))
    except (KeyError, TypeError, ValueError):
        return ()


def labels_of(
    name: str, column: str, values: Sequence[Any] | None, class_names: tuple[str, ...]
) -> tuple[torch.Tensor | None, tuple[str, ...]]:
    """The labels `(N,)` of a column and the names of their classes; None for values that are no classes.

    Raises:
        DataError: a missing or nested label, or one beyond the named classes.
    """
    if values is None:
        return None, ()
    if bad := [row for row, value in enumerate(values) if not isinstance(value, int | str | float)]:
        raise DataError(
            f"{name}: the column {column!r} has no label in row {bad[0] + 1}; a number or a text is needed."
        )
    if class_names and all(isinstance(value, int) and 0 <= value < len(class_names) for value in values):
        return torch.tensor(values, dtype=torch.int64), class_names
    if class_names:
        raise DataError(f"{name}: the column {column!r} has labels beyond its {len(class_names)} named classes.")
    return numbered([str(value) for value in values])
