"""A person's own data: archives that are bombs, slip out or lie; arrays of objects; broken images, tables and histories."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from vae_core.datasets import DataConfig, load
from vae_core.datasets.own import uploads
from vae_core.datasets.own.report import report_of

from . import material
from .attempt import Place
from .mutate import NUMBERS, TEXTS, damaged
from .outcome import Outcome
from .pool import attack

NAMES = (
    "../slip.png", "/etc/slip.png", "a/../../b.png", "..\\..\\c.png", "C:\\d.png", "a" * 300 + ".png", "/".join(["deep"] * 40) + "/e.png",
    "\0.png", "\x1b[31m.png", "\u202egnp.exe", ".png", "con.png", "labels.csv", "train/x/1.png", "test/x/2.png", "__MACOSX/f.png", "a/b/.hidden.png",
    "inner.zip", "x.svg", "y.PNG", "é.jpg", "", "/", "a//b.png", "same.png", "same.png",
)  # fmt: skip
CELLS = ("", "?", "NA", "nan", "inf", "-inf", "1e999", "-0", "1e308", "0x1F", "1_000", "9" * 400, "2024-13-45", "0001-01-01", "9999-12-31T23:59:60Z", "True", "a,b", '"', "'", "\ufeff", "=cmd()", "\x1b[2J", "\0", "é" * 200, "a\nb", "٣", " ")  # fmt: skip
MODES = ("L", "RGB", "RGBA", "1", "P", "I;16", "F", "CMYK", "LA")
KINDS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")


def run(quick: bool, seed: int) -> Outcome:
    few = {"archive": 300, "image": 250, "arrays": 250, "table": 300, "parquet": 200, "upload": 150, "many": 1}
    full = {
        "archive": 4_000,
        "image": 3_500,
        "arrays": 4_000,
        "table": 4_000,
        "parquet": 3_000,
        "upload": 1_500,
        "many": 6,
    }
    return attack("readers", few if quick else full, seed)


@cache
def picture(index: int) -> bytes:
    """One of many small image files of all formats and modes."""
    random = np.random.default_rng(index)
    kind, mode = KINDS[index % len(KINDS)], MODES[index // len(KINDS) % len(MODES)]
    image = Image.fromarray(random.integers(0, 255, (12 + index % 9, 12, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    try:
        image.convert(mode).save(buffer, kind)
    except (OSError, ValueError, KeyError):  # a mode that this format does not have
        buffer = io.BytesIO()
        image.save(buffer, kind)
    return buffer.getvalue()


def some_picture(random: Random) -> bytes:
    return picture(random.randrange(126))


def huge_picture(random: Random) -> bytes:
    """A few bytes that say they are very many pixels."""
    width, height = random.choice(
        ((100_000, 100_000), (2**31 - 1, 1), (65_500, 65_500), (30_000, 2_000), (1, 60_000_000), (0, 0))
    )
    header = struct.pack(">IIBBBBB", width, height, 8, random.choice((0, 2, 6)), 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def settings(random: Random, path: Path) -> DataConfig:
    """The data at a path, now and then with settings that do not suit it."""
    values: dict[str, Any] = {"name": str(path)}
    if random.random() < 0.3:
        extra = random.choice((("image_size", 16), ("size", 10), ("size", 10**9), ("colour", "grey"), ("fit", "pad"), ("split", "folders"), ("skip_unreadable", True), ("label", "label"), ("label", random.choice(TEXTS)), ("kinds", "a=numeric,b=date"), ("kinds", random.choice(TEXTS)), ("image_column", "image"), ("leave_out", 1), ("min_events", 2), ("test_share", 0.9), ("seed", 2**63)))  # fmt: skip
        values[extra[0]] = extra[1]
    return DataConfig.from_dict(values)


def read(random: Random, path: Path) -> None:
    """As a training reads it, or as the command line and the form preview it."""
    if random.random() < 0.2:
        material.command(["inspect", str(path)])
    data = load(settings(random, path), split=random.choice(("all", "test")))
    assert len(data.items)
    assert data.fingerprint


def archive(random: Random, place: Place) -> None:
    """A ZIP or a folder of images, of which some names, sizes or contents are hostile."""
    path = place.scratch / "set.zip"
    with zipfile.ZipFile(path, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for index in range(random.choice((0, 1, 12, 12, 12, 30))):
            file.writestr(f"{random.choice('abc')}/{index}.png", picture(index % 63 * 2))
        if random.random() < 0.5:
            for _ in range(random.choice((1, 1, 3))):
                write_member(random, file)
        if random.random() < 0.3:
            file.writestr("labels.csv", labels(random))
    if random.random() < 0.5:
        path.write_bytes(spoilt_zip(random, path.read_bytes()))
    read(random, path)


def write_member(random: Random, file: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo(random.choice(NAMES).replace("\0", "\x01"))
    entry.compress_type = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    if random.random() < 0.2:
        entry.external_attr = random.choice((0o120777, 0o040755, 0o010644)) << 16  # a link, a folder, a pipe
    kind = random.randrange(6)
    if kind == 0:
        content = b"\0" * random.choice((2 << 20, 30 << 20, 70 << 20))
        entry.compress_type = zipfile.ZIP_DEFLATED
    elif kind == 1:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("x.png", some_picture(random))
        content = inner.getvalue()
    elif kind == 2:
        content = huge_picture(random)
    elif kind == 3:
        content = damaged(random, some_picture(random))
    else:
        content = some_picture(random)
    try:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a name that is there already
            file.writestr(entry, content)
    except (ValueError, struct.error):
        return  # what Python's writer refuses


def spoilt_zip(random: Random, content: bytes) -> bytes:
    """Headers that lie: sizes, offsets, flags of encryption; or damaged bytes."""
    if random.random() < 0.4:
        return damaged(random, content)
    data = bytearray(content)
    places = [at for at in range(len(data) - 46) if data[at : at + 4] == b"PK\1\2"]
    if not places:
        return bytes(data)
    at = random.choice(places)
    field, size = random.choice(((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (38, 4), (42, 4)))
    value = random.choice((0, 1, 9, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 26, 10_000_000)) & ((1 << 8 * size) - 1)
    data[at + field : at + field + size] = value.to_bytes(size, "little")
    return bytes(data)


def labels(random: Random) -> bytes:
    rows = [
        random.choice(
            ("file,label", "file,label,split", "file,label,size,hue", "name,x", "file,file", "", "file", "FILE,LABEL")
        )
    ]
    rows += [f"{random.choice('abc')}/{index}.png,{random.choice((*CELLS, 'cat', 'dog', '1', '2'))}" + random.choice(("", ",train", ",test", ",3,4")) for index in range(12)]  # fmt: skip
    text = random.choice(("\n", "\r\n", "\r")).join(rows)
    return (
        damaged(random, text.encode())
        if random.random() < 0.3
        else text.encode(random.choice(("utf8", "utf8", "utf16", "utf-8-sig")))
    )


def image(random: Random, place: Place) -> None:
    """A folder with whole images and one that is not."""
    folder = place.scratch / "set"
    folder.mkdir()
    for index in range(11):
        (folder / f"{index}.png").write_bytes(picture(index * 7))
    target = folder / random.choice(
        ("bad.png", "bad.jpg", "bad.gif", "bad.tif", "bad.webp", "bad.ppm", "labels.csv", "sub/bad.png")
    )
    target.parent.mkdir(exist_ok=True)
    kind = random.randrange(8)
    if kind == 0:
        target.write_bytes(huge_picture(random))
    elif kind == 1:
        target.symlink_to(random.choice(("/etc/passwd", "/dev/zero", "/nowhere", target.name, "..", "/proc/self/mem")))
    elif kind == 2:
        target.write_bytes(random.choice((b"", b"GIF89a", b"\xff\xd8\xff", b"P6 9999999 9999999 255\n", b"P5\n# x", b"%PDF-1.4", b"<svg/>", b"II*\0" + bytes(8), b"%!PS\nwhile")))  # fmt: skip
    else:
        target.write_bytes(damaged(random, some_picture(random)))
    read(random, folder)


SHAPES: tuple[tuple[int, ...], ...] = ((20, 8, 8), (20, 8, 8, 1), (20, 3, 8, 8), (20,), (), (0, 8, 8), (20, 0, 0), (20, 1, 1), (20, 8, 9), (20, 2, 8, 8), (3, 8, 8), (20, 8, 8, 3, 1), (9, 300, 300))  # fmt: skip
DTYPES = ("u1", "f4", "f8", "i8", "u2", "?", "c8", "S3", "U2", "M8[s]", "f2", ">f4", "V4")


def arrays(random: Random, place: Place) -> None:
    """NPZ and NPY: other shapes and types, objects, headers that lie, damaged bytes."""
    path = place.scratch / random.choice(("set.npz", "set.npz", "set.npy"))
    made = array(random, "images")
    if path.suffix == ".npy":
        np.save(path, made, allow_pickle=True)
        if random.random() < 0.3:
            np.save(place.scratch / "set-labels.npy", array(random, "labels"), allow_pickle=True)
    else:
        others = {name: array(random, name) for name in ("labels", "factors", "factor_names") if random.random() < 0.3}
        name = random.choice(("images",) * 8 + ("imgs",))
        random.choice((np.savez, np.savez_compressed))(path, **{name: made}, **others)
    if random.random() < 0.2:
        lie(random, path)
    elif random.random() < 0.4:
        content = path.read_bytes()
        if path.suffix == ".npz":
            content = spoilt_zip(random, content)
        else:
            content = damaged(random, content)
        path.write_bytes(content)
    read(random, path)


def lie(random: Random, path: Path) -> None:
    """A header that promises more than there is."""
    header = io.BytesIO()
    shape = random.choice(
        ((10**12, 8, 8), (10**9, 8, 8), (10**7, 8, 8), (2**62, 2, 2), (20, 10**9, 1), (-1, 8, 8), (10**6, 1, 1))
    )
    kind = random.choice(("|u1", "<f8", "|O", "<U999999999", [("a", "<i4")]))
    np.lib.format.write_array_header_1_0(
        header, {"descr": kind, "fortran_order": random.random() < 0.5, "shape": shape}
    )
    content = header.getvalue() + bytes(5000)
    if path.suffix == ".npy":
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("images.npy", content)


def array(random: Random, name: str) -> Any:
    kind = random.random()
    if name in ("labels", "factors") and kind > 0.85:
        whole = random.choice((-1, 2**31, 2**62, 10_000, -(2**63)))
        return np.full(20 if name == "labels" else (20, 2), whole, "i8")
    if name != "images" and kind < 0.5:
        return (
            np.arange(20) % 3
            if name == "labels"
            else np.zeros((20, 2), int)
            if name == "factors"
            else np.array(["a", "b"])
        )
    if kind < 0.1:
        return np.array([{"a": 1}, print, None] * 7, dtype=object)
    if kind < 0.2:
        return np.full((20, 8, 8), random.choice([number for number in NUMBERS if abs(number) < 1e300]), "f8")
    shape, dtype = random.choice(SHAPES), random.choice(DTYPES if random.random() < 0.4 else ("u1", "f4"))
    values = np.random.default_rng(random.randrange(99)).random(shape) * random.choice((1, 1, 255))
    try:
        return np.asarray(values).astype(dtype)
    except (TypeError, ValueError):
        return values


def rows(random: Random) -> tuple[list[str], list[list[str]]]:
    """Names of columns and rows of a table, or of histories."""
    if random.random() < 0.25:
        names = random.choice(
            (
                ["user", "item"],
                ["user", "item", "rating"],
                ["userId", "movieId", "rating", "timestamp"],
                ["user", "user"],
                ["item", "user", "x"],
            )
        )
        made = [
            [f"u{index % 12}", f"i{index // 6 % 9}", str(index % 5), str(index)][: len(names)] for index in range(120)
        ]
        return list(names), made
    names = [random.choice((*CELLS, *TEXTS)) if random.random() < 0.1 else f"column{index}" for index in range(random.choice((1, 2, 3, 5, 5, 5, 500)))]  # fmt: skip
    count = 40 if len(names) < 99 else 12
    columns = [
        random.choice(
            (
                lambda i: str(i * 1.5),
                lambda i: "ab"[i % 2],
                lambda i: f"2020-01-{i % 28 + 1:02}",
                lambda i: str(2.0**i),
                lambda i: "x",
            )
        )
        for _ in names
    ]
    return names, [[make(index) for make in columns] for index in range(count)]


def table(random: Random, place: Place) -> None:
    """CSV and TSV: hostile cells and names, ragged lines, quotes that do not close, other encodings."""
    names, made = rows(random)
    for _ in range(random.choice((0, 1, 1, 5, 40))):
        line = random.choice(made)
        if line:
            line[random.randrange(len(line))] = random.choice(CELLS)
    if random.random() < 0.1:
        random.choice(made).append("more")
    delimiter = random.choice((",", ",", ";", "\t", "|"))
    text = random.choice(("\n", "\r\n")).join(delimiter.join(line) for line in [names, *made])
    content = text.encode(random.choice(("utf8",) * 8 + ("utf16", "utf-8-sig")), "replace")
    path = place.scratch / random.choice(("table.csv", "table.csv", "table.tsv"))
    path.write_bytes(damaged(random, content) if random.random() < 0.25 else content)
    read(random, path)


def parquet(random: Random, place: Place) -> None:
    """Parquet: images, tables and histories, with columns of other types, missing values, and damaged bytes."""
    count = random.choice((0, 1, 12, 12, 40))
    columns: dict[str, Any] = {}
    for name in random.sample(("image", "label", "user", "item", "rating", "a", "b", "c"), random.randint(1, 4)):
        columns[name] = column(random, name, count)
    path = place.scratch / "set.parquet"
    pq.write_table(pa.table(columns), path)
    if random.random() < 0.5:
        path.write_bytes(damaged(random, path.read_bytes()))
    read(random, path)


def column(random: Random, name: str, count: int) -> Any:
    kind = (
        random.randrange(12) if random.random() < 0.6 else {"image": 0, "label": 1, "user": 2, "item": 2}.get(name, 3)
    )
    make = (
        lambda: pa.array([some_picture(random) for _ in range(count)]),
        lambda: pa.array([index % 3 for index in range(count)]),
        lambda: pa.array([f"u{index % 4}" for index in range(count)]),
        lambda: pa.array([index * 1.5 for index in range(count)]),
        lambda: pa.array(
            [{"bytes": some_picture(random), "path": "/etc/passwd"} for _ in range(count)],
            pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
        ),
        lambda: pa.array(
            [random.choice((None, b"", b"x", damaged(random, some_picture(random)))) for _ in range(count)], pa.binary()
        ),
        lambda: pa.array(
            [random.choice((None, float("nan"), float("inf"), 1e308)) for _ in range(count)], pa.float64()
        ),
        lambda: pa.array([[1, 2]] * count, pa.list_(pa.int64())),
        lambda: pa.array([random.choice((0, 2**62, -(2**62))) for _ in range(count)], pa.timestamp("us")),
        lambda: pa.array([random.choice((*CELLS, None)) for _ in range(count)], pa.string()),
        lambda: pa.array([None] * count, pa.null()),
        lambda: pa.array(["a", "b", None, "c"] * count).slice(0, count).dictionary_encode(),
    )[kind]
    return make()


def upload(random: Random, place: Place) -> None:
    """Files from a browser: names, kinds and contents that do not go together; what was saved is listed and opens."""
    files = []
    for index in range(random.choice((0, 1, 1, 1, 3, 12))):
        name = random.choice(
            (*NAMES, *TEXTS, f"{index}.png", f"{index}.png", f"{index}.jpg", "t.csv", "t.parquet", "t.npz", "t.zip")
        )
        content = random.choice((some_picture, lambda r: damaged(r, some_picture(r)), labels, lambda r: b"a,b\n" + b"1,2\n3,5\n" * 9, huge_picture, lambda r: b""))(random)  # fmt: skip
        files.append((name, content))
    added = uploads.add(place.scratch, files, random.choice(("", *TEXTS)))
    assert [one.hash for one in uploads.listed(place.scratch)] == [added.hash]
    if added.kind == "images":
        uploads.report(added)
    uploads.rename(added, random.choice(TEXTS))
    card = added.folder / uploads.CARD
    card.write_bytes(damaged(random, card.read_bytes()))
    uploads.listed(place.scratch)


def many(random: Random, place: Place) -> None:
    """A ZIP of 100,000 entries; of images, or of names that only cost time."""
    path = place.scratch / "set.zip"
    suffix = random.choice((".png", ".txt"))
    with zipfile.ZipFile(path, "w") as file:
        for index in range(100_000):
            file.writestr(f"{index % 7}/{index}{suffix}", b"x")
    source = uploads.from_zip("set.zip", path, "auto")
    report_of(source, DataConfig(str(path)))


CASES = {
    "archive": archive,
    "image": image,
    "arrays": arrays,
    "table": table,
    "parquet": parquet,
    "upload": upload,
    "many": many,
}
