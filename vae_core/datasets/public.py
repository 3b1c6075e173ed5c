"""The public sets: read from `VAE_DATA_DIR` (else `./data`), or downloaded there by torchvision on first use.

The published train/test split is used, training images first. Existing files are only read, so the folder may
be read-only. torchvision is imported when a set is loaded, not before.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .base import DataConfig, DataError, ImageData, check_available
from .public_sets import PUBLIC_SETS, PublicSet

_TIMEOUT = 10.0  # seconds without an answer after which a download has failed
_LOADING_ERRORS = (OSError, RuntimeError, ValueError, AssertionError, ImportError, EOFError)


def data_folder() -> Path:
    """Where the public sets are: `VAE_DATA_DIR`, else `./data`."""
    return Path(os.environ.get("VAE_DATA_DIR") or "data").expanduser()


def is_here(name: str) -> bool:
    """Whether a data set opens without a network, judged by one of its files; True of any that is no public one."""
    return name not in PUBLIC_SETS or os.path.exists(data_folder() / PUBLIC_SETS[name].file)


def load(config: DataConfig, split: str) -> ImageData:
    """The set's published splits, or a seeded subset of `config.size` images in the same proportion.

    Raises:
        DataError: more images requested than there are; files that are missing and cannot be downloaded, or damaged.
    """
    published = PUBLIC_SETS[config.name]
    total = published.n_train + published.n_test
    size = config.size or published.default_size
    check_available(config.name, size, total)
    n_test = max(1, round(size * published.n_test / total))
    side = config.image_size or published.side
    images, labels, factors = _read(config, published, n_test, False, side)
    if split == "all":
        train = _read(config, published, size - n_test, True, side)
        images, labels, factors = (
            None if test_part is None or train_part is None else torch.cat([train_part, test_part])
            for train_part, test_part in zip(train, (images, labels, factors), strict=True)
        )
    return ImageData(
        name=config.name,
        images=images,
        n_train=size - n_test if split == "all" else 0,
        labels=labels,
        class_names=published.class_names,
        factors=factors,
        factor_names=published.factor_names,
        factor_sizes=(2,) * len(published.factor_names),
        train_size=size - n_test,
    )


def _read(config: DataConfig, published: PublicSet, n: int, train: bool, side: int) -> tuple[Any, Any, Any]:
    """`n` images of one published split with their labels and factors, in the published order if it is all of them."""
    available = published.n_train if train else published.n_test
    opened = _open(config.name, published, train)
    if len(opened) != available:
        raise DataError(
            f"{config.name} in {data_folder()} has {len(opened):,} {'training' if train else 'test'} images "
            f"instead of {available:,}; delete its folder there to download it again."
        )
    rows = _rows(n, available, config.seed)
    try:
        return published.read(opened, rows, side)
    except _LOADING_ERRORS as error:
        raise _damaged(config.name, error) from error


def _rows(n: int, available: int, seed: int) -> Tensor:
    if n == available:
        return torch.arange(n)
    return torch.randperm(available, generator=torch.Generator().manual_seed(seed))[:n]


def _open(name: str, published: PublicSet, train: bool) -> Any:
    """The torchvision set; downloads only if torchvision does not find the files."""
    folder = data_folder()
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        raise DataError(f"{folder} is not a folder that can be read; point VAE_DATA_DIR at one.")
    try:
        return published.open(str(folder), train, False)
    except _LOADING_ERRORS as error:
        if "not found" not in str(error):
            raise _damaged(name, error) from error
    try:
        with _short_timeout(), _one_downloader(folder, name):
            return published.open(str(folder), train, True)
    except _LOADING_ERRORS as error:
        raise DataError(
            f"{name} is not in {folder} and could not be downloaded ({_reason(error)}): connect once, or point "
            "VAE_DATA_DIR at a torchvision folder that holds it."
        ) from error


@contextlib.contextmanager
def _short_timeout() -> Iterator[None]:
    """Makes torchvision's downloads time out, for which it has no setting."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextlib.contextmanager
def _one_downloader(folder: Path, name: str) -> Iterator[None]:
    """Lets one process download while the others wait for its files."""
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{name}.lock"):
        yield


def _damaged(name: str, error: BaseException) -> DataError:
    return DataError(
        f"{name} in {data_folder()} cannot be read ({_reason(error)}); delete its folder there to download it again."
    )


def _reason(error: BaseException) -> str:
    """The last line of an error's message, where torchvision states the cause, without urllib's and the system's codes."""
    lines = str(error).split("\n")
    last = next((line for line in reversed(lines) if line.strip()), type(error).__name__)
    return re.sub(r"^urlopen error (\[Errno -?\d+\] )?", "", last.strip(" <>."))[:200]
