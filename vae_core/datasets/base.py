"""What every data source returns: one uint8 tensor, optional labels and ground-truth factors, a split."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import Tensor

from ..config import BetascopeError, Config, ConfigError, setting


class DataError(BetascopeError):
    """Data that is missing, unreadable or does not fit."""


FITS, COLOURS, SPLITS = ("crop", "pad"), ("auto", "grey", "colour"), ("auto", "random", "folders")
#: Settings that have no meaning for registered sets.
OWN_SETTINGS = ("fit", "colour", "background", "split", "test_share", "skip_unreadable", "image_column", "label_column")


@dataclass(frozen=True)
class DataConfig(Config):
    """Which images, and how many."""

    name: str = setting("sprites", "Data set, by its registered name")
    size: int | None = setting(None, "Images to use, test split included (none: the set's default)", low=10)
    image_size: int | None = setting(None, "Side in pixels to resize to (none: as stored)", low=8, high=256)
    seed: int = setting(0, "Seed of the procedural draw and of the split", low=0)
    leave_out: int | None = setting(
        None, "Class left out of training, to be detected as an anomaly (none: no class)", low=0
    )
    # Of a person's own images (datasets/own) only.
    fit: str = setting("crop", "What makes your own images square: their centre, or a margin", choices=FITS)
    colour: str = setting("auto", "Channels of your own images (auto: grey if all files are)", choices=COLOURS)
    background: str = setting("#000000", "Colour behind transparency and in margins, as #rrggbb")
    split: str = setting("auto", "Test images: a random share, or the folder test (auto: that folder if it is there)", choices=SPLITS)  # fmt: skip
    test_share: float = setting(0.1, "Share of the images that is for testing", above=0.0, high=0.9)
    skip_unreadable: bool = setting(False, "Leave out files that cannot be read, instead of stopping")
    image_column: str = setting("", "Column of the images in a Parquet file or Hugging Face data set (none: found)")
    label_column: str = setting("", "Column of the labels there (none: found)")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.background):
            raise ConfigError(f"--background {self.background!r}: write a colour as #rrggbb, such as #ffffff.")

    @property
    def of_own_images(self) -> list[str]:
        """The settings with another value than the default that have a meaning for a person's own images only."""
        return [name for name in OWN_SETTINGS if getattr(self, name) != type(self).__dataclass_fields__[name].default]


@dataclass(frozen=True)
class ImageData:
    """A whole image set: training images first, test images after them.

    images: `(N, C, H, W)` uint8, C is 1 or 3, H = W.
    labels: `(N,)` int64 class indices, or None.
    factors: `(N, F)` int64 ground-truth factor indices (0 … size−1), or None.
    n_train: how many leading images are the training split; the rest is the test split. A procedural set
        loaded with its test split only has `n_train = 0` and the same test images.
    """

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

    def __post_init__(self) -> None:
        if self.train_size < 0:
            object.__setattr__(self, "train_size", self.n_train)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        return tuple(self.images.shape[1:])  # type: ignore[return-value]

    @property
    def train(self) -> Split:
        return self._split(slice(0, self.n_train))

    @property
    def test(self) -> Split:
        return self._split(slice(self.n_train, len(self.images)))

    def only_test(self) -> ImageData:
        """The same set without its training images: same test images, same fingerprint."""
        test = self.test
        return replace(self, images=test.images, labels=test.labels, factors=test.factors, n_train=0)

    def without(self, label: int) -> ImageData:
        """The same set without the training images of this class; the test images stay.

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
        rows = torch.cat([remaining, remaining.new_ones(len(self.images) - self.n_train)])
        count = int(remaining.sum())
        return replace(
            self, images=self.images[rows], labels=self.labels[rows], n_train=count, train_size=count,
            factors=None if self.factors is None else self.factors[rows],
        )  # fmt: skip

    def _split(self, rows: slice) -> Split:
        return Split(
            self.images[rows],
            None if self.labels is None else self.labels[rows],
            None if self.factors is None else self.factors[rows],
        )

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the name, the sizes and every test image with its labels and factors."""
        digest = hashlib.blake2b(digest_size=8)
        digest.update(f"{self.name} {self.train_size} {tuple(self.test.images.shape)}".encode())
        for part in (self.test.images, self.test.labels, self.test.factors):
            if part is not None:
                digest.update(part.contiguous().numpy().tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Split:
    """Views of one split's images `(n, C, H, W)`, labels `(n,)` and factors `(n, F)`."""

    images: Tensor
    labels: Tensor | None
    factors: Tensor | None

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Source:
    """One registered data set: what lists, forms and models need before any image is loaded.

    load: `(config, split) -> ImageData`; with `split="test"` only the test images need to be loaded.
    shape: (C, H, W) without `image_size`.
    classes: how many classes its labels have, 0 without labels.
    factors: the names of its ground-truth factors, empty without.
    default_size: how many images when the configuration names no size, test split included.
    download: whether its files come from the network on first use.
    """

    title: str
    description: str
    load: Callable[[DataConfig, str], ImageData]
    shape: tuple[int, int, int]
    classes: int
    factors: tuple[str, ...]
    default_size: int
    download: bool = False


def shuffled_split(n: int, seed: int, test_share: float = 0.1) -> tuple[Tensor, int]:
    """A seeded order of `n` rows and the number of leading training rows (a tenth is held out for testing)."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order, n - test_count(n, test_share)


def test_count(n: int, test_share: float = 0.1) -> int:
    """How many of `n` images are held out for testing: the share, at least one."""
    return max(1, round(n * test_share))


def check_available(name: str, size: int, available: int) -> None:
    """Raises DataError if more images are requested than there are."""
    if size > available:
        raise DataError(f"{name} has {available:,} images, so --size {size} is too many; use at most {available}.")
