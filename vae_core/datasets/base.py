"""What every data source returns: one tensor of items, optional labels and ground-truth factors, a split.

An item is an image, a row of a table or a user's history; `kind` says which, and code that needs pixels or columns asks for it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from ..config import BetascopeError, Config, ConfigError, setting


class DataError(BetascopeError):
    """Data that is missing, unreadable or does not fit."""


FITS, COLOURS, SPLITS = ("crop", "pad"), ("auto", "grey", "colour"), ("auto", "random", "folders")
#: Settings that have no meaning for registered sets.
OWN_SETTINGS = ("fit", "colour", "background", "split", "test_share", "skip_unreadable", "image_column")


@dataclass(frozen=True)
class DataConfig(Config):
    """Which images or rows, and how many."""

    name: str = setting("sprites", "Data set, by its registered name")
    size: int | None = setting(None, "Images or rows to use, test split included (none: the set's default)", low=10)
    image_size: int | None = setting(None, "Side in pixels to resize to (none: as stored)", low=8, high=256)
    seed: int = setting(0, "Seed of the procedural draw and of the split", low=0)
    leave_out: int | None = setting(
        None, "Class left out of training, to be detected as an anomaly (none: no class)", low=0
    )
    label: str = setting(
        "",
        "Column of a table that holds the class, which is not learned (none: no classes; of images in Parquet: found)",
    )
    kinds: str = setting(
        "", "Kinds of columns of a table that differ from those found, as in age=numeric,city=categorical"
    )
    min_rating: float | None = setting(
        None, "Of histories with ratings: the lowest rating that counts as an event (none: every row counts)"
    )
    min_events: int = setting(5, "Of histories: fewest events of a user, others are left out", low=2, high=10_000)
    # Of a person's own images (datasets/own) only.
    fit: str = setting("crop", "What makes your own images square: their centre, or a margin", choices=FITS)
    colour: str = setting("auto", "Channels of your own images (auto: grey if all files are)", choices=COLOURS)
    background: str = setting("#000000", "Colour behind transparency and in margins, as #rrggbb")
    split: str = setting("auto", "Test images: a random share, or the folder test (auto: that folder if it is there)", choices=SPLITS)  # fmt: skip
    test_share: float = setting(0.1, "Share of the images that is for testing", above=0.0, high=0.9)
    skip_unreadable: bool = setting(False, "Leave out files that cannot be read, instead of stopping")
    image_column: str = setting("", "Column of the images in a Parquet file or Hugging Face data set (none: found)")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.background):
            raise ConfigError(f"--background {self.background!r}: write a colour as #rrggbb, such as #ffffff.")

    @property
    def of_histories(self) -> list[str]:
        """The settings with another value than the default that have a meaning for histories only."""
        return [
            name
            for name in ("min_rating", "min_events")
            if getattr(self, name) != type(self).__dataclass_fields__[name].default
        ]

    @property
    def of_own_images(self) -> list[str]:
        """The settings with another value than the default that have a meaning for a person's own images only."""
        return [name for name in OWN_SETTINGS if getattr(self, name) != type(self).__dataclass_fields__[name].default]


class Data:
    """What every kind of data set has: training items first, test items after them.

    kind: "images", "table" or "history". items: `(N, …)`, uint8 images, float rows or bool histories. labels: `(N,)` int64 class indices, or None.
    factors: `(N, F)` int64 ground-truth factor indices, or None. n_train: how many leading items are the training split; a
    set loaded with its test split only has `n_train = 0`. train_size: the training set's full size, also then.
    """

    kind: ClassVar[str]
    #: What one item is called in messages.
    item: ClassVar[str]
    name: str
    n_train: int
    labels: Tensor | None
    class_names: tuple[str, ...]
    factors: Tensor | None
    factor_names: tuple[str, ...]
    train_size: int

    def __post_init__(self) -> None:
        if self.train_size < 0:
            object.__setattr__(self, "train_size", self.n_train)

    @property
    def items(self) -> Tensor:
        """`(N, …)`."""
        raise NotImplementedError

    def of_rows(self, rows: Tensor | slice, n_train: int, train_size: int) -> Self:
        """The same set with these items only, the first `n_train` of which are for training."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change with the test items, the name and the size."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one item: (C, H, W) of an image, (W,) of a row or a history."""
        return tuple(self.items.shape[1:])

    @property
    def for_model(self) -> dict[str, object]:
        """Settings of a model that follow from the data."""
        return {"shape": self.shape, "classes": len(self.class_names), "train_size": self.train_size}

    @property
    def train(self) -> Split:
        return self._split(slice(0, self.n_train))

    @property
    def test(self) -> Split:
        return self._split(slice(self.n_train, len(self.items)))

    def only_test(self) -> Self:
        """The same set without its training items: same test items, same fingerprint."""
        return self.of_rows(slice(self.n_train, None), 0, self.train_size)

    def without(self, label: int) -> Self:
        """The same set without the training items of this class; the test items stay.

        Raises:
            DataError: no labels, no such class, or no other class.
        """
        if self.labels is None:
            raise DataError(f"--leave-out {label}: {self.name} has no labels; omit this option.")
        remaining = self.labels[: self.n_train] != label
        if remaining.all() or not remaining.any():
            classes = sorted(set(self.labels.tolist()))
            raise DataError(
                f"--leave-out {label}: {self.name} has classes {classes[0]} to {classes[-1]}; choose one of them."
            )
        rows = torch.cat([remaining, remaining.new_ones(len(self.items) - self.n_train)])
        count = int(remaining.sum())
        return self.of_rows(rows, count, count)

    def _split(self, rows: slice) -> Split:
        return Split(
            self.items[rows],
            None if self.labels is None else self.labels[rows],
            None if self.factors is None else self.factors[rows],
        )


@dataclass(frozen=True)
class ImageData(Data):
    """A whole image set: training images first, test images after them.

    images: `(N, C, H, W)` uint8, C is 1 or 3, H = W.
    labels: `(N,)` int64 class indices, or None.
    factors: `(N, F)` int64 ground-truth factor indices (0 … size−1), or None.
    n_train: how many leading images are the training split; the rest is the test split. A procedural set
        loaded with its test split only has `n_train = 0` and the same test images.
    """

    kind = "images"
    item = "image"

    name: str
    images: Tensor
    n_train: int
    labels: Tensor | None = None
    class_names: tuple[str, ...] = ()
    factors: Tensor | None = None
    factor_names: tuple[str, ...] = ()
    factor_sizes: tuple[int, ...] = ()
    # The training set's full size, also when only the test split was loaded.
    train_size: int = field(default=-1)

    @property
    def items(self) -> Tensor:
        return self.images

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        return tuple(self.images.shape[1:])  # type: ignore[return-value]

    def of_rows(self, rows: Tensor | slice, n_train: int, train_size: int) -> Self:
        return replace(
            self, images=self.images[rows], n_train=n_train, train_size=train_size,
            labels=None if self.labels is None else self.labels[rows],
            factors=None if self.factors is None else self.factors[rows],
        )  # fmt: skip

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the name, the sizes and every test image with its labels and factors."""
        return fingerprint_of(self)


def fingerprint_of(data: Data, *more: str) -> str:
    """16 hex digits over the name, the sizes and every test item with its labels and factors, and over further texts."""
    digest = hashlib.blake2b(digest_size=8)
    test = data.test
    digest.update(f"{data.name} {data.train_size} {tuple(test.items.shape)}".encode())
    for part in (test.items, test.labels, test.factors):
        if part is not None:
            digest.update(part.contiguous().numpy().tobytes())
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Split:
    """Views of one split's items `(n, …)`, labels `(n,)` and factors `(n, F)`."""

    items: Tensor
    labels: Tensor | None
    factors: Tensor | None

    @property
    def images(self) -> Tensor:
        """The items of a split of images, `(n, C, H, W)` uint8."""
        return self.items

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Source:
    """One registered data set: what lists, forms and models need before any item is loaded.

    load: `(config, split) -> Data`; with `split="test"` only the test items need to be loaded.
    shape: (C, H, W) without `image_size`; (W,) of a table or of histories.
    classes: how many classes its labels have, 0 without labels.
    factors: the names of its ground-truth factors, empty without.
    default_size: how many items when the configuration names no size, test split included.
    download: whether its files come from the network on first use. kind: of `Data`. drawn: whether this program draws the images,
    which takes seconds, of factors that are known before.
    """

    title: str
    description: str
    load: Callable[[DataConfig, str], Data]
    shape: tuple[int, ...]
    classes: int
    factors: tuple[str, ...]
    default_size: int
    download: bool = False
    kind: str = "images"
    drawn: bool = False


def shuffled_split(n: int, seed: int, test_share: float = 0.1) -> tuple[Tensor, int]:
    """A seeded order of `n` rows and the number of leading training rows (a tenth is held out for testing)."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order, n - test_count(n, test_share)


def test_count(n: int, test_share: float = 0.1) -> int:
    """How many of `n` images are held out for testing: the share, at least one."""
    return max(1, round(n * test_share))


def check_available(name: str, size: int, available: int, items: str = "images") -> None:
    """Raises DataError if more items are requested than there are."""
    if size > available:
        raise DataError(f"{name} has {available:,} {items}, so --size {size} is too many; use at most {available}.")
