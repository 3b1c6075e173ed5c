"""Files from a browser, checked in memory and then saved once under their content's hash, each with a small card.

uploads/HASH/card.json      title, kind, number of images or rows, classes and size: read by every page that lists data
uploads/HASH/report.json    of images: what was read
uploads/HASH/NAME           the file, or a ZIP of the images as they came
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import time
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..base import DataConfig, DataError, ImageData
from ..histories import history_of, is_history
from ..histories.read import read as read_history
from ..tables.data import table_of
from ..tables.read import read
from . import arrays, explained
from .folders import LABELS, from_zip
from .limits import LIMITS
from .listing import SUFFIXES, Listing
from .parquet import from_parquet, has_images
from .report import Report, report_of

FOLDER = "uploads"
#: Files that are a data set each.
WHOLE = (".zip", ".npz", ".parquet", ".csv", ".tsv")
ACCEPTED = (*SUFFIXES, *WHOLE)
CARD, REPORT = "card.json", "report.json"
#: What is counted of other kinds than images.
COUNTED = {"table": "rows", "history": "users"}
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Upload:
    """A saved upload. file: its name in the folder. kind: "images", "table" or "history". items: readable images, rows or users.
    size: width and height of the most images, rows and columns, or users and items. classes: how many; 0 without labels. bytes: on disk.
    """

    hash: str
    title: str
    file: str
    kind: str
    items: int
    classes: int
    size: tuple[int, int]
    bytes: int
    added: float
    folder: Path

    @property
    def path(self) -> Path:
        """What a data configuration names."""
        return self.folder / self.file

    @property
    def count(self) -> str:
        """ "600 images", "178 rows" or "90 users"."""
        return f"{self.items:,} {COUNTED.get(self.kind, 'images')}"


def add(store: Path, files: Sequence[tuple[str, bytes]], title: str = "") -> Upload:
    """Check files `(name, content)` and save them; the same content again gives the upload that is there.

    One ZIP, NPZ or table, or any number of images, with or without a labels.csv.

    Raises:
        DataError: too large, of mixed kinds, or nothing in it can be read; nothing was saved.
    """
    LIMITS.check_upload(sum(len(content) for _, content in files))
    name, content = packed(files)
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    folder = store / FOLDER / digest
    if (folder / CARD).exists():
        return opened(folder)
    card: dict[str, object] = {
        "title": (title or PurePosixPath(name).stem)[:_LONGEST_TITLE],
        "file": name,
        "bytes": len(content),
        "added": time.time(),
    }
    card |= about_table(name, content) if is_table(name, content) else about_images(name, content)
    about = {REPORT: card.pop("report")} if "report" in card else {}
    _write(folder, name, content, about | {CARD: card})
    return opened(folder)


def packed(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """One file as it is; images and a labels.csv as one ZIP with the same bytes for the same files.

    Raises:
        DataError: nothing, an unknown kind, two of one name, or an archive among others.
    """
    if not files:
        raise DataError("No files were chosen; choose images, a .zip, an .npz, a .csv or a .parquet.")
    names = [safe_name(name) for name, _ in files]
    if len(files) == 1 and PurePosixPath(names[0]).suffix in WHOLE:
        return names[0], files[0][1]
    for name, original in zip(names, files, strict=True):
        if PurePosixPath(name).suffix not in SUFFIXES and name != LABELS:
            raise DataError(
                f"{original[0]!r} cannot be opened together with other files; "
                "choose images with or without a labels.csv, or one .zip, .npz, .csv or .parquet."
            )
    if len(set(names)) < len(names):
        raise DataError(f"Two of these files are named {max(names, key=names.count)!r}; pack their folder as a .zip.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, (_, content) in sorted(zip(names, files, strict=True)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return f"{PurePosixPath(names[0]).stem} and {len(names) - 1} more.zip" if len(
        names
    ) > 1 else "image.zip", buffer.getvalue()


def safe_name(name: str) -> str:
    """A plain file name: letters, digits, spaces and -_.() only, its suffix in small letters."""
    path = PurePosixPath(name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = re.sub(r"[^\w\-. ()]", "_", path.stem).strip(" .")[:80] or "upload"
    return stem + re.sub(r"[^.\w]", "", path.suffix.lower())


def is_table(name: str, content: bytes) -> bool:
    """Whether each row is an item: a CSV, or a Parquet file without a column of images."""
    return name.endswith((".csv", ".tsv")) or (name.endswith(".parquet") and not has_images(io.BytesIO(content)))


def about_images(name: str, content: bytes) -> dict[str, object]:
    """The card's entries for images, each decoded once, from memory.

    Raises:
        DataError: they cannot be read, or go beyond a limit.
    """
    config = DataConfig(name)
    with explained(name):
        source: Listing | ImageData
        if name.endswith(".npz"):
            source = arrays.from_npz(Path(name), config, io.BytesIO(content))
        elif name.endswith(".parquet"):
            source = from_parquet(name, io.BytesIO(content), config, LIMITS.for_uploads)
        else:
            source = from_zip(name, io.BytesIO(content), "auto", LIMITS.for_uploads)
        found = report_of(source, config)
    return {
        "kind": "images",
        "items": found.images,
        "classes": len(found.classes),
        "size": list(next(iter(found.sizes))),
        "report": found.to_dict(),
    }


def about_table(name: str, content: bytes) -> dict[str, object]:
    """The card's entries for a table, or for one of histories.

    Raises:
        DataError: it cannot be read, or goes beyond a limit.
    """
    if is_history(name, content):
        histories = history_of(read_history(Path(name), content), DataConfig(name), name)
        size = list(histories.events.shape)
        return {"kind": "history", "items": size[0], "classes": 0, "size": size}
    data = table_of(read(Path(name), content), DataConfig(name), name)
    return {"kind": "table", "items": len(data.items), "classes": 0, "size": [len(data.items), data.rows.shape[1]]}


def listed(store: Path) -> list[Upload]:
    """All uploads, newest first; a folder without a readable card is left out."""
    folders = (store / FOLDER).glob("*/" + CARD)
    uploads = [upload for card in folders if (upload := _readable(card.parent))]
    return sorted(uploads, key=lambda upload: upload.added, reverse=True)


def opened(folder: Path) -> Upload:
    """
    Raises:
        DataError: no card, or one of another form.
    """
    try:
        card = json.loads((folder / CARD).read_text("utf8"))
        width, height = card["size"]
        return Upload(
            folder.name, str(card["title"]), safe_name(card["file"]), str(card["kind"]), int(card["items"]), int(card["classes"]),
            (int(width), int(height)), int(card["bytes"]), float(card["added"]), folder,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"The upload {folder.name!r} has no readable {CARD} ({error}); delete its folder.") from error


def _readable(folder: Path) -> Upload | None:
    try:
        return opened(folder)
    except DataError:
        return None


def rename(upload: Upload, title: str) -> None:
    """
    Raises:
        DataError: an empty title.
    """
    title = " ".join(title.split())[:_LONGEST_TITLE]
    if not title:
        raise DataError("The name is empty; write at least one letter.")
    card = json.loads((upload.folder / CARD).read_text("utf8"))
    _write_text(upload.folder / CARD, json.dumps(card | {"title": title}))


def delete(upload: Upload) -> None:
    """Remove the files; runs trained on them stay, and show decoded images from then on.

    Raises:
        DataError: the folder cannot be deleted.
    """
    try:
        shutil.rmtree(upload.folder)
    except OSError as error:
        raise DataError(f"Could not delete {upload.title!r} ({error.strerror}).") from error


def report(upload: Upload) -> Report:
    """What was read when the files came.

    Raises:
        DataError: a report of another form.
    """
    try:
        return Report.from_dict(json.loads((upload.folder / REPORT).read_text("utf8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"The upload {upload.title!r} has no readable {REPORT} ({error}); delete it.") from error


def _write(folder: Path, name: str, content: bytes, about: dict[str, object]) -> None:
    """about: name → JSON object. Written under a hidden name, then renamed, so that nobody ever lists half an upload."""
    fresh = folder.parent / f".new-{uuid.uuid4().hex}"
    try:
        fresh.mkdir(parents=True)
        (fresh / name).write_bytes(content)
        for file, values in about.items():
            (fresh / file).write_text(json.dumps(values), "utf8")
        fresh.rename(folder)
    except OSError as error:
        if not (folder / CARD).exists():
            raise DataError(f"Could not save the files in {folder.parent} ({error.strerror}).") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_text(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.tmp")
    try:
        fresh.write_text(text, "utf8")
        fresh.replace(path)
    except OSError as error:
        raise DataError(f"Could not save {path.name} in {path.parent} ({error.strerror}).") from error
