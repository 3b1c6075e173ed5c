"""What a source of a person's own images holds before any of them is decoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

#: What Pillow may open: image formats only, none that starts another program.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


class Entry(NamedTuple):
    """One image: its name in the source, and a function that reads its bytes (from any thread)."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Listing:
    """Images by name, in a fixed order, and what is known about each.

    labels: `(N,)` int64, or None. factors: `(N, F)` int64, or None. is_test: `(N,)` bool where the source has a split of
    its own, else None. ignored: files that are no images, counted by suffix.
    """

    name: str
    entries: Sequence[Entry]
    labels: Tensor | None = None
    class_names: tuple[str, ...] = ()
    factors: Tensor | None = None
    factor_names: tuple[str, ...] = ()
    is_test: Tensor | None = None
    ignored: Counter[str] = field(default_factory=Counter)


def top_of(name: str) -> str:
    """The first-level folder of a path; "" for a file that is in none."""
    return name.split("/", 1)[0] if "/" in name else ""


def without_common_folder(names: Sequence[str]) -> list[str]:
    """Paths without the folders around all of them, as a packed folder has one."""
    names = list(names)
    while len(tops := {top_of(name) for name in names}) == 1 and "" not in tops:
        names = [name.split("/", 1)[1] for name in names]
    return names


def numbered(values: Sequence[str]) -> tuple[Tensor, tuple[str, ...]]:
    """Texts → the index of each among its distinct values `(N,)`, and those values: numbers by size, texts by alphabet."""
    distinct = set(values)
    try:
        names = sorted(distinct, key=float)
    except ValueError:
        names = sorted(distinct)
    places = {name: place for place, name in enumerate(names)}
    return torch.tensor([places[value] for value in values], dtype=torch.int64), tuple(names)
