"""A person's own images: a folder, a `.zip` of one, an `.npz`, an `.npy`, a `.parquet`, or `hf:NAME` of the Hugging Face hub."""

from __future__ import annotations

import contextlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError

import torch
from torch import Tensor

from ..base import DataConfig, DataError, ImageData, check_available, shuffled_split, test_count
from ..roots import may_be_read, permitted
from . import arrays
from .folders import from_folder, from_zip
from .hub import PREFIX, from_hub
from .listing import Listing
from .parquet import from_parquet, has_images
from .reading import Read, form_of, read_all

ACCEPTED = "a folder of images, a .zip of one, an .npz, an .npy or a .parquet"
#: What the libraries that read files raise on damaged ones; TokenError is numpy's, on a header that is no Python.
UNREADABLE = (
    OSError,
    ValueError,
    OverflowError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    MemoryError,
    TokenError,
)
_SUFFIXES = (".zip", ".npz", ".npy", ".parquet")


def is_path(name: str) -> bool:
    """Whether a data set's name is a path rather than a registered name."""
    return not is_on_hub(name) and ("/" in name or "\\" in name or name.endswith(_SUFFIXES) or os.path.isdir(name))


def is_images(name: str) -> bool:
    """Whether a Parquet file has a column of images; other tables are rows (datasets/tables). False for one that may not be read."""
    return name.endswith(".parquet") and may_be_read(name) and has_images(permitted(name))


def is_on_hub(name: str) -> bool:
    """Whether a data set's name is one of the Hugging Face hub."""
    return name.startswith(PREFIX)


def load(config: DataConfig, split: str) -> ImageData:
    """The images at a path or on the hub: with `split="test"` only the test images are decoded.

    Raises:
        DataError: nothing is there, it cannot be read, or it holds no images that fit; one sentence.
    """
    source = opened(config)
    with explained(config.name):
        if isinstance(source, Listing):
            return from_listing(source, config, split)
        return source if source.n_train else from_arrays(source, config)  # an .npy has its split


def opened(config: DataConfig) -> Listing | ImageData:
    """The source that a configuration names, not decoded yet; arrays as they are.

    Raises:
        DataError: nothing is there, or it does not fit; one sentence.
    """
    if is_on_hub(config.name):
        return from_hub(config)
    path = existing(config.name)
    with explained(config.name):
        if path.suffix == ".npy":
            return arrays.from_npy(path, config)
        return arrays.from_npz(path, config) if path.suffix == ".npz" else listing_of(path, config)


def existing(name: str) -> Path:
    """
    Raises:
        DataError: there is nothing at this path, or it may not be read.
    """
    path = permitted(name)
    if not path.exists():
        raise DataError(f"There is nothing at {name!r}; name {ACCEPTED}.")
    if not (path.is_file() or path.is_dir()):
        raise DataError(f"{name!r} is neither a file nor a folder; name {ACCEPTED}.")
    return path


@contextlib.contextmanager
def explained(name: str) -> Iterator[None]:
    """Errors of files and formats as one sentence."""
    try:
        yield
    except UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name!r} cannot be read ({str(error)[:160]}); name {ACCEPTED}.") from error


def listing_of(path: Path, config: DataConfig) -> Listing:
    """What a folder, ZIP or Parquet file holds.

    Raises:
        DataError, OSError, BadZipFile
    """
    if path.suffix == ".parquet":
        return from_parquet(path.name, path, config)
    return from_folder(path, config.split) if path.is_dir() else from_zip(path.name, path, config.split)


def from_arrays(source: ImageData, config: DataConfig) -> ImageData:
    """Unsplit images in a seeded order, a share of them for testing."""
    n_train, rows = seeded_rows(source.name, len(source.images), None, config)
    return annotated(source.images[rows], rows, n_train, n_train, source)


def from_listing(listing: Listing, config: DataConfig, split: str) -> ImageData:
    """Decoded images of a listing, in a seeded order, a share of them for testing, or the split that it has."""
    n_train, rows = seeded_rows(listing.name, len(listing.entries), listing.is_test, config)
    if split == "test" and not config.skip_unreadable:  # else nobody knows how many training images there are
        train_size, rows, n_train = n_train, rows[n_train:], 0
    read = read_all([listing.entries[row] for row in rows], form_of(listing.entries, config), config.skip_unreadable)
    if split == "all" or config.skip_unreadable:
        train_size = n_train = int((read.rows < n_train).sum())
    if len(read.images) < (10 if split == "all" else 1) or n_train == len(read.images):
        raise DataError(
            f"{listing.name} holds {len(read.images)} readable images; at least 10 are needed, some of them for testing."
        )
    return annotated(read.images, rows[read.rows], n_train, train_size, listing)


def annotated(images: Tensor, rows: Tensor, n_train: int, train_size: int, source: Listing | ImageData) -> ImageData:
    """Images with the labels and factors of their `rows` in the source."""
    return ImageData(
        source.name,
        images,
        n_train,
        None if source.labels is None else source.labels[rows],
        source.class_names,
        None if source.factors is None else source.factors[rows],
        source.factor_names,
        () if source.factors is None else tuple(int(largest) + 1 for largest in source.factors.amax(0)),
        train_size,
    )


def seeded_rows(name: str, n: int, is_test: Tensor | None, config: DataConfig) -> tuple[int, Tensor]:
    """How many training images there are, and the rows to use: training images first, then test images.

    is_test: `(n,)` bool, the split that the source has, or None.

    Raises:
        DataError: more images requested than there are, or too few.
    """
    size = config.size or n
    check_available(name, size, n)
    if size < 10:
        raise DataError(f"{config.name!r} holds {size} images; at least 10 are needed to train and test on.")
    order, _ = shuffled_split(n, config.seed)
    if is_test is None or config.split == "random":
        if config.split == "folders":
            raise DataError(f"--split folders: {name} has no split of its own; use --split random.")
        return size - test_count(size, config.test_share), order[:size]
    train, test = order[~is_test[order]], order[is_test[order]]
    if not len(train) or not len(test):
        raise DataError(f"{name} has {len(train)} training and {len(test)} test images; both need some.")
    n_test = min(len(test), max(1, round(size * len(test) / n)))
    n_train = min(len(train), size - n_test)
    return n_train, torch.cat([train[:n_train], test[:n_test]])


__all__ = [
    "ACCEPTED",
    "Read",
    "existing",
    "explained",
    "is_images",
    "is_on_hub",
    "is_path",
    "listing_of",
    "load",
    "opened",
]
