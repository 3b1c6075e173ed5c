"""The public sets: found in `VAE_DATA_DIR` (else `./data`) or downloaded there on first use, by torchvision.

The published train/test split is kept, training images first. Files that are already there are only read, so
the folder may be read-only. torchvision is imported when a set is loaded, not before.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .base import DataConfig, DataError, ImageData, check_available
from .public_sets import PUBLIC_SETS, PublicSet

_TIMEOUT = 10.0  # seconds without an answer after which a download has failed
_TROUBLE = (OSError, RuntimeError, ValueError, AssertionError, ImportError, EOFError)


def data_folder() -> Path:
    """Where the public sets are: `VAE_DATA_DIR`, else `./data`."""
    return Path(os.environ.get("VAE_DATA_DIR") or "data").expanduser()


def load(config: DataConfig, split: str) -> ImageData:
    """The set's published splits, or a seeded subset of `config.size` images in the same proportion.

    Raises:
        DataError: more images asked for than there are; files absent and not to be downloaded, or damaged.
    """
    known = PUBLIC_SETS[config.name]
    total = known.n_train + known.n_test
    size = config.size or known.default_size
    check_available(config.name, size, total)
    n_test = max(1, round(size * known.n_test / total))
    side = config.image_size or known.side
    images, labels, factors = _read(config, known, n_test, False, side)
    if split == "all":
        train = _read(config, known, size - n_test, True, side)
        images, labels, factors = (
            None if rest is None or first is None else torch.cat([first, rest])
            for first, rest in zip(train, (images, labels, factors), strict=True)
        )
    return ImageData(
        name=config.name,
        images=images,
        n_train=size - n_test if split == "all" else 0,
        labels=labels,
        class_names=known.class_names,
        factors=factors,
        factor_names=known.factor_names,
        factor_sizes=(2,) * len(known.factor_names),
        train_size=size - n_test,
    )


def _read(config: DataConfig, known: PublicSet, n: int, train: bool, side: int) -> tuple[Any, Any, Any]:
    """`n` images of one published split with their labels and factors, in the published order if it is all."""
    available = known.n_train if train else known.n_test
    opened = _open(config.name, known, train)
    if len(opened) != available:
        raise DataError(
            f"{config.name} in {data_folder()} has {len(opened):,} {'training' if train else 'test'} images "
            f"instead of {available:,}; delete its folder there to download it again."
        )
    rows = _rows(n, available, config.seed)
    try:
        return known.read(opened, rows, side)
    except _TROUBLE as error:
        raise _damaged(config.name, error) from error


def _rows(n: int, available: int, seed: int) -> Tensor:
    if n == available:
        return torch.arange(n)
    return torch.randperm(available, generator=torch.Generator().manual_seed(seed))[:n]


def _open(name: str, known: PublicSet, train: bool) -> Any:
    """The torchvision set; downloads only if torchvision does not find the files."""
    folder = data_folder()
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        raise DataError(f"{folder} is not a folder that can be read; point VAE_DATA_DIR at one.")
    try:
        return known.open(str(folder), train, False)
    except _TROUBLE as error:
        if "not found" not in str(error):
            raise _damaged(name, error) from error
    try:
        with _short_timeout(), _one_downloader(folder, name):
            return known.open(str(folder), train, True)
    except _TROUBLE as error:
        raise DataError(
            f"{name} is not in {folder} and could not be downloaded ({_reason(error)}): connect once, or point "
            "VAE_DATA_DIR at a torchvision folder that holds it."
        ) from error


@contextlib.contextmanager
def _short_timeout() -> Iterator[None]:
    """Makes torchvision's downloads give up on a silent network; it offers no setting of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextlib.contextmanager
def _one_downloader(folder: Path, name: str) -> Iterator[None]:
    """Lets one process download while others wait, then find the files there."""
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{name}.lock"):
        yield


def _damaged(name: str, error: BaseException) -> DataError:
    return DataError(
        f"{name} in {data_folder()} cannot be read ({_reason(error)}); delete its folder there to download it again."
    )


def _reason(error: BaseException) -> str:
    """The last line of an error's text, in which torchvision names the cause."""
    lines = str(error).split("\n")
    last = next((line for line in reversed(lines) if line.strip()), type(error).__name__)
    return last.strip(" <>.")[:200]
