"""How large a table may be, and its names: what goes beyond is refused in one sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """bytes: of the file, and of a Parquet file unpacked. rows, columns: of the table. categories: different texts of a column. name: characters."""

    bytes: int = 256 << 20
    rows: int = 1_000_000
    columns: int = 400
    categories: int = 100
    name: int = 100


LIMITS = Limits()
