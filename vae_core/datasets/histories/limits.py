"""How large histories may be, and their names: what goes beyond is refused in one sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """bytes: of the file, and of a Parquet file unpacked. cells: users × items, one byte each in memory. users, items: of the
    matrix. name: characters. MovieLens-20M (136,677 × 20,108) is within them.
    """

    bytes: int = 1 << 30
    cells: int = 3 << 30
    users: int = 1_000_000
    items: int = 50_000
    name: int = 100


LIMITS = Limits()
