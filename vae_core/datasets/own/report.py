"""What was read: sizes, colours, classes, duplicates and unreadable files of a person's own images, before training."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor

from ..base import DataConfig, DataError, ImageData
from .listing import Listing
from .reading import Form, form_of, read_all

#: Images in the preview.
SHOWN = 40


@dataclass(frozen=True)
class Report:
    """images: how many are readable. sizes: (width, height) → count. modes: Pillow's mode → count. classes, factors: names
    → count. duplicates: groups of names with the same content. unreadable: (name, reason). ignored: suffix → files
    that are no images. split: training and test images where the source has a split.
    """

    images: int
    sizes: dict[tuple[int, int], int]
    modes: dict[str, int]
    classes: dict[str, int] = field(default_factory=dict)
    factors: dict[str, int] = field(default_factory=dict)
    duplicates: list[list[str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)
    split: tuple[int, int] | None = None

    @property
    def repeated(self) -> int:
        """How many images are there more than once, not counting the first of each."""
        return sum(len(group) - 1 for group in self.duplicates)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        sizes = [[width, height, count] for (width, height), count in self.sizes.items()]
        return asdict(self) | {"sizes": sizes}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`; raises KeyError, TypeError or ValueError for another form."""
        sizes = {(width, height): count for width, height, count in values["sizes"]}
        unreadable = [(name, reason) for name, reason in values["unreadable"]]
        split = tuple(values["split"]) if values["split"] else None
        return cls(**values | {"sizes": sizes, "unreadable": unreadable, "split": split})


def report_of(source: Listing | ImageData, config: DataConfig) -> Report:
    """Every image decoded once; progress goes to `reported_to`.

    Raises:
        DataError: not one image can be read.
    """
    if isinstance(source, ImageData):
        return _of_arrays(source)
    # Small, as only whether and what they are counts here.
    read = read_all(source.entries, Form(16, 3, config.fit, config.background), skip=True)
    if not len(read.rows):
        name, reason = read.unreadable[0]
        raise DataError(f"None of the {len(source.entries):,} images of {source.name} can be read; {name}: {reason}.")
    names = [source.entries[row].name for row in read.rows.tolist()]
    return Report(
        len(read.rows),
        dict(Counter(read.sizes).most_common()),
        dict(Counter(read.modes).most_common()),
        _counts(source.labels, source.class_names, read.rows),
        _factors(source),
        groups(names, read.digests),
        read.unreadable,
        dict(source.ignored.most_common()),
        _split(source, read.rows),
    )


def preview_of(source: Listing | ImageData, config: DataConfig, count: int = SHOWN) -> Tensor:
    """Up to `count` images `(n, C, S, S)` uint8 from all over the source, as training will see them.

    Raises:
        DataError: no image can be read.
    """
    n = len(source.images) if isinstance(source, ImageData) else len(source.entries)
    rows = torch.linspace(0, n - 1, min(count, n)).long().tolist()
    if isinstance(source, ImageData):
        return source.images[rows]
    form = form_of(source.entries, config)
    return read_all([source.entries[row] for row in rows], form, skip=True).images


def groups(names: list[str], digests: list[str]) -> list[list[str]]:
    """Names with equal digests, where there are several."""
    by_digest = defaultdict(list)
    for name, digest in zip(names, digests, strict=True):
        by_digest[digest].append(name)
    return [group for group in by_digest.values() if len(group) > 1]


def _of_arrays(data: ImageData) -> Report:
    images = data.images
    digests = [hashlib.blake2b(image.tobytes(), digest_size=8).hexdigest() for image in images.numpy()]
    side = images.shape[-1]
    return Report(
        len(images),
        {(side, side): len(images)},
        {"L" if images.shape[1] == 1 else "RGB": len(images)},
        _counts(data.labels, data.class_names, torch.arange(len(images))),
        _factors(data),
        groups([f"row {row + 1}" for row in range(len(images))], digests),
        split=(data.n_train, len(images) - data.n_train) if data.n_train else None,
    )


def _counts(labels: Tensor | None, names: tuple[str, ...], rows: Tensor) -> dict[str, int]:
    if labels is None:
        return {}
    counts = labels[rows].bincount(minlength=len(names)).tolist()
    return dict(zip(names, counts, strict=True))


def _factors(source: Listing | ImageData) -> dict[str, int]:
    if source.factors is None:
        return {}
    return {name: len(column.unique()) for name, column in zip(source.factor_names, source.factors.T, strict=True)}


def _split(source: Listing, rows: Tensor) -> tuple[int, int] | None:
    if source.is_test is None:
        return None
    test = int(source.is_test[rows].sum())
    return len(rows) - test, test
