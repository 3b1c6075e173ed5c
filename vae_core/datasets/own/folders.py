"""Folders of images and ZIP files of them → a `Listing`.

First-level folders are classes, unless `labels.csv` says more (labels_csv.py); folders named train and test are a split.
"""

from __future__ import annotations

import threading
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import torch

from ..base import DataError
from ..roots import permitted
from .labels_csv import annotated
from .limits import LIMITS, Limits
from .listing import SUFFIXES, Entry, Listing, numbered, top_of, without_common_folder

LABELS = "labels.csv"
TRAIN, TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")


def from_folder(path: Path, split: str, limits: Limits = LIMITS) -> Listing:
    """
    Raises:
        DataError: no images, too many, too deep, or a labels.csv that does not fit.
        OSError: the folder cannot be read.
    """
    entries, ignored, labels = [], Counter[str](), None
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if not file.is_file() or is_hidden(name):
            continue
        if file.is_symlink():
            permitted(file)
        limits.check_depth(path.name, name, name.count("/"))
        if file.name == LABELS and labels is None:
            limits.check_file(path.name, name, file.stat().st_size)
            labels = file.read_bytes()
        elif file.suffix.lower() not in SUFFIXES:
            ignored[file.suffix.lower() or "no suffix"] += 1
        else:
            limits.check_file(path.name, name, file.stat().st_size)
            entries.append(Entry(name, file.read_bytes))
            limits.check_count(path.name, len(entries))
    return listing_of(path.name, entries, labels, ignored, split)


def from_zip(name: str, file: Path | BinaryIO, split: str, limits: Limits = LIMITS) -> Listing:
    """A ZIP, read in memory and never unpacked; archives inside it are left out like other files.

    Raises:
        DataError: as `from_folder`; encrypted, or a member with a hostile name or size.
        BadZipFile, OSError: no ZIP file.
    """
    archive = zipfile.ZipFile(file)
    entries, ignored, labels, total = [], Counter[str](), None, 0
    for member in sorted(archive.infolist(), key=lambda member: PurePosixPath(member.filename).parts):
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if not member.filename or inside.is_absolute() or ".." in inside.parts or not member.filename.isprintable():
            raise DataError(
                f"{name} has a member named {member.filename[:80]!r}, outside of the archive or unprintable; make the ZIP anew."
            )
        if member.is_dir() or "__MACOSX" in inside.parts or is_hidden(inside.as_posix()):
            continue
        limits.check_depth(name, inside.as_posix(), len(inside.parts) - 1)
        is_image = inside.suffix.lower() in SUFFIXES
        if not is_image and inside.name != LABELS:
            ignored[inside.suffix.lower() or "no suffix"] += 1
            continue
        if member.flag_bits & 1:
            raise DataError(f"{name} is encrypted; make a ZIP without a password.")
        limits.check_file(name, inside.as_posix(), member.file_size, member.compress_size)
        total += member.file_size
        limits.check_total(name, total)
        if is_image:
            entries.append(Entry(inside.as_posix(), Member(archive, member)))
            limits.check_count(name, len(entries))
        elif labels is None:
            labels = archive.read(member)
        else:
            ignored[".csv"] += 1
    return listing_of(name, entries, labels, ignored, split)


class Member:
    """Reads one member of a ZIP; the archive is shared by threads."""

    _lock = threading.Lock()

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self.archive, self.member = archive, member

    def __call__(self) -> bytes:
        with self._lock:
            return self.archive.read(self.member)


def is_hidden(name: str) -> bool:
    """Whether a file or one of its folders is hidden, as systems' own files are."""
    return any(part.startswith(".") for part in name.split("/"))


def listing_of(
    name: str, entries: list[Entry], labels: bytes | None, ignored: Counter[str], split: str = "auto"
) -> Listing:
    """Images by path below their common folder, annotated by labels.csv or by folder.

    Raises:
        DataError: no images, or annotations or a split that do not fit.
    """
    if not entries:
        raise DataError(f"{name} holds no images ({', '.join(SUFFIXES)}).")
    shorter = without_common_folder([entry.name for entry in entries])
    entries = [Entry(short, entry.read) for short, entry in zip(shorter, entries, strict=True)]
    tops = {top_of(entry.name) for entry in entries}
    by_folder = is_split(tops) and split != "random"
    if split == "folders" and not by_folder:
        raise DataError(
            f"--split folders: {name} needs folders train and test, and has {some(tops)}; use --split random."
        )
    test_rows = None
    if by_folder:
        test_rows = torch.tensor([top_of(entry.name).lower() in TEST for entry in entries])
    if labels is not None:
        listing = annotated(name, entries, labels, ignored)
        return Listing(**vars(listing) | {"is_test": listing.is_test if test_rows is None else test_rows})
    paths = [entry.name.split("/", 1)[-1] if is_split(tops) else entry.name for entry in entries]
    classes = [top_of(path) for path in paths]
    if len(set(classes)) < 2:
        return Listing(name, entries, is_test=test_rows, ignored=ignored)
    indices, names = numbered(classes)
    return Listing(name, entries, indices, names, is_test=test_rows, ignored=ignored)


def is_split(tops: set[str]) -> bool:
    """Whether these first-level folders are those of a split: train and test, and nothing else."""
    lower = {top.lower() for top in tops}
    return bool(lower & set(TRAIN)) and bool(lower & set(TEST)) and lower <= {*TRAIN, *TEST}


def some(names: Iterable[str], count: int = 5) -> str:
    """The first few of many names, as text."""
    ordered = sorted(name or "no folders" for name in names)
    more = len(ordered) - count
    return ", ".join(ordered[:count]) + (f" and {more:,} more" if more > 0 else "")
