"""A run as one ZIP that another store takes in: the files of its folder, and a manifest with the hash of each.

`manifest.json` holds `kind`, `format`, `id`, `name`, `versions`, and for each file its `size` in bytes and its `blake2b`
(32 bytes, hexadecimal). Tensors are stored as they are, texts are compressed, and all dates are alike: the same run gives
the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol

import vae_core

from ..config import BetascopeError
from .files import RunError, check_plain, parse_json, replacing
from .intake import Imported, Limits, receive
from .run import Run
from .store import Store

MANIFEST = "manifest.json"
KIND, FORMAT = "betascope run", 1
CHUNK = 1 << 20
#: What zipfile raises on bytes that are no ZIP, or a damaged one.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
LIMITS = Limits()
#: The files that a run may consist of; pages of /show and ONNX files in a cache are made anew where they are needed.
FILES = re.compile(
    r"(config|status|evaluation|notes)\.json|metrics\.jsonl|weights\.safetensors|resume/state\.safetensors"
    r"|snapshots/[0-9]{1,12}\.safetensors"
)
CACHES = re.compile(r"cache/[\w.-]{1,100}\.safetensors")
NEEDED = ("config.json", "status.json", "weights.safetensors")


class Files(Protocol):
    """Where the files of a run come from. title: for sentences; sizes: name → bytes, unpacked."""

    title: str
    sizes: dict[str, int]

    def open(self, name: str) -> IO[bytes]: ...


def write_archive(run: Run, path: Path, caches: bool = False) -> list[Path]:
    """Write the run to a ZIP; returns [path]. caches: codes, maps and scores, too, which can be computed again.

    Raises:
        RunError: no weights yet, or the file is not writable.
    """
    with replacing(path) as file:
        pack(run, file, caches)
    return [path]


def pack(run: Run, file: IO[bytes], caches: bool = False) -> None:
    """Write the ZIP into an open file.

    Raises:
        RunError: no weights yet, or a snapshot.
    """
    run.check_whole("to take elsewhere")
    with zipfile.ZipFile(file, "w") as archive:
        hashes = {}
        for name in names_of(run, caches):
            with suppress(FileNotFoundError):  # the resume state goes when a run is done
                hashes[name] = _add(archive, name, run.path / name)
        archive.writestr(_entry(MANIFEST), json.dumps(manifest(run, hashes), indent=1, allow_nan=False))


def names_of(run: Run, caches: bool = False) -> list[str]:
    """The files of the run that go along, by name.

    Raises:
        RunError: no weights yet.
    """
    if not run.has_weights:
        raise RunError(f"The run {run.id!r} has no weights yet, so there is nothing to take elsewhere.")
    files = (path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file())
    return sorted(name for name in files if FILES.fullmatch(name) or (caches and CACHES.fullmatch(name)))


def manifest(run: Run, hashes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The description of a packed run. hashes: name → `size` and `blake2b`."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "id": run.id.rsplit("/", 1)[-1],
        "name": run.config.name,
        "versions": {"betascope": vae_core.__version__, **run.config.versions},
        "files": hashes,
    }


def hash_of(path: Path) -> dict[str, Any]:
    """`size` and `blake2b` of a file, as in the manifest."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32))
        return {"size": file.tell(), "blake2b": digest.hexdigest()}


def unpack(store: Store, source: Path | IO[bytes], title: str = "") -> Imported:
    """Take a ZIP of `write_archive` into the store. title: of the file in sentences, its name by default.

    Raises:
        RunError: no such ZIP, one that was changed or goes beyond `LIMITS`, or a run that does not open; nothing was
            written.
    """
    with _opened(source, title or getattr(source, "name", "The file")) as files:
        return take_in(store, files)


def take_in(store: Store, files: Files) -> Imported:
    """The same from any place of files.

    Raises:
        RunError: as `unpack`.
    """
    found = _read_manifest(files)
    LIMITS.check(files.title, {name: entry["size"] for name, entry in found["files"].items()}, store.root)
    with store.hidden() as folder:
        for name, entry in found["files"].items():
            _copy(files, name, entry, folder / name)
        return receive(store, folder, found["id"], files.title)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980, so that equal runs are equal files
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".safetensors") else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    digest, size = hashlib.blake2b(digest_size=32), 0
    with open(path, "rb") as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"size": size, "blake2b": digest.hexdigest()}


class ZipFiles:
    """The files in a ZIP, each with a name that a run's file may have."""

    def __init__(self, archive: zipfile.ZipFile, title: str) -> None:
        self.archive, self.title = archive, title
        self.sizes: dict[str, int] = {}
        for entry in archive.infolist():
            self._check(entry)
            self.sizes[entry.filename] = entry.file_size

    def _check(self, entry: zipfile.ZipInfo) -> None:
        name, kind = entry.filename, entry.external_attr >> 28
        if kind not in (0, 0o10):  # of a plain file
            raise RunError(f"{self.title}: {name[:80]!r} is a link or a folder; a run holds plain files only.")
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RunError(f"{self.title}: {name[:80]!r} is encrypted or packed in a way that is not read here.")
        if name in self.sizes:
            raise RunError(f"{self.title}: {name[:80]!r} is in it twice.")
        if entry.file_size > LIMITS.ratio * max(entry.compress_size, 1024):
            raise RunError(
                f"{self.title}: {name[:80]!r} unpacks to more than {LIMITS.ratio} times its size; it was not read."
            )

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)


@contextmanager
def _opened(source: Path | IO[bytes], title: str) -> Iterator[ZipFiles]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield ZipFiles(archive, title)
    except BetascopeError:
        raise
    except DAMAGED as error:
        raise RunError(f"{title} is no ZIP of a run, or is damaged ({error}).") from error
    except FileNotFoundError:
        raise RunError(f"There is nothing at {title}.") from None
    except OSError as error:
        raise RunError(f"{title} cannot be taken in ({error.strerror or error}).") from error


def _read_manifest(files: Files) -> dict[str, Any]:
    """
    Raises:
        RunError: no manifest, or one that does not describe exactly the files that are there.
    """
    if MANIFEST not in files.sizes:
        raise RunError(f"{files.title} is no run of Betascope: it holds no {MANIFEST}, as `export --run` writes it.")
    with files.open(MANIFEST) as file:
        found = parse_json(file.read(LIMITS.text + 1), f"{MANIFEST} in {files.title}", LIMITS.text)
    if found.get("kind") != KIND or not isinstance(found.get("id"), str) or not isinstance(found.get("files"), dict):
        raise RunError(f"{files.title} is no run of Betascope: its {MANIFEST} has another form.")
    if found.get("format") != FORMAT:
        raise RunError(f"{files.title} has the format {found.get('format')!r}; this version reads {FORMAT}.")
    for name, entry in found["files"].items():
        if not (FILES.fullmatch(name) or CACHES.fullmatch(name)):
            raise RunError(f"{files.title}: {name[:80]!r} is not a file of a run.")
        if not isinstance(entry, dict) or type(entry.get("size")) is not int or entry["size"] < 0:
            raise RunError(f"{files.title}: its {MANIFEST} gives {name!r} no size.")
    listed, there = set(found["files"]), set(files.sizes) - {MANIFEST}
    if missing := sorted(listed - there) or [name for name in NEEDED if name not in listed]:
        raise RunError(f"{files.title}: {missing[0]!r} is missing.")
    if extra := sorted(there - listed):
        raise RunError(f"{files.title}: {extra[0][:80]!r} is not in its {MANIFEST}.")
    return found


def _copy(files: Files, name: str, entry: dict[str, Any], target: Path) -> None:
    """
    Raises:
        RunError: other bytes than the manifest says.
    """
    target.parent.mkdir(exist_ok=True)
    digest, left = hashlib.blake2b(digest_size=32), entry["size"]
    with files.open(name) as source, open(target, "wb") as out:
        while left >= 0 and (chunk := source.read(CHUNK)):
            left -= len(chunk)
            digest.update(chunk)
            if left >= 0:
                out.write(chunk)
    if left or digest.hexdigest() != entry.get("blake2b"):
        raise RunError(
            f"{files.title}: {name!r} is not what its {MANIFEST} says: it was changed or damaged on the way."
        )


def is_archive(path: Path) -> bool:
    """Whether this is a ZIP with a manifest of ours."""
    try:
        check_plain(path)
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (*DAMAGED, OSError):  # a RunError is among them
        return False
