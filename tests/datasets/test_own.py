"""A person's own images: every form they come in, and one sentence for everything else."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from vae_core.datasets import DataConfig, DataError, load
from vae_core.datasets.own import eight_bits, folders, limits, opened, reading
from vae_core.datasets.own.limits import Limits
from vae_core.datasets.own.parquet import from_parquet
from vae_core.datasets.own.pictures import Form, Unreadable, decode
from vae_core.datasets.own.report import preview_of, report_of

rng = np.random.default_rng(0)


def encoded(mode: str = "RGB", size: tuple[int, int] = (20, 16), kind: str = "PNG", **options) -> bytes:
    channels = len(mode) if mode not in ("1", "P") else 1
    values = rng.integers(0, 256, (size[1], size[0], channels), dtype=np.uint8)
    base = {1: "L", 2: "LA", 3: "RGB", 4: "CMYK" if mode == "CMYK" else "RGBA"}[channels]
    picture = Image.fromarray(values.squeeze(), base).convert(mode)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def folder_of(path, files: dict[str, bytes]):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def zip_of(path, files: dict[str, bytes], **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def twelve(suffix: str = ".png", **options) -> dict[str, bytes]:
    return {f"{index:02}{suffix}": encoded(**options) for index in range(12)}


def test_transparency_in_bands_is_that_of_the_whole(monkeypatch):
    content = encoded("RGBA", (20, 33))
    whole = decode(content, "a.png", Form(8, 3, background="#3366cc")).pixels
    monkeypatch.setattr(eight_bits, "BAND", 100)
    np.testing.assert_array_equal(decode(content, "a.png", Form(8, 3, background="#3366cc")).pixels, whole)


# -- pixels ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_mode_has_the_channels_requested(mode, channels):
    picture = decode(encoded(mode), "a.png", Form(8, channels))
    assert picture.pixels.shape == (channels, 8, 8)
    assert picture.size == (20, 16)


def test_cmyk_becomes_rgb():
    file = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, "JPEG", quality=100)
    red, green, blue = decode(file.getvalue(), "a.jpg", Form(8, 3)).pixels.reshape(3, -1).mean(1)
    assert red > 230
    assert max(green, blue) < 40


def test_sixteen_bits_become_eight():
    values = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    pixels = decode(file.getvalue(), "a.png", Form(8, 1)).pixels[0]
    assert np.abs(pixels - values / 257).max() <= 0.5


def test_transparency_lies_over_the_chosen_colour():
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(file, "PNG")
    pixels = decode(file.getvalue(), "a.png", Form(8, 3, background="#0080ff")).pixels
    assert pixels.reshape(3, -1).T.tolist() == [[0, 128, 255]] * 64


def test_exif_turns_the_image():
    picture = Image.fromarray(np.repeat([[0, 255]], 2, axis=0).astype(np.uint8).repeat(16, 0).repeat(16, 1))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees clockwise
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)
    pixels = decode(file.getvalue(), "a.png", Form(8, 1)).pixels[0]
    assert pixels[0].max() < 60
    assert pixels[-1].min() > 200


def test_the_size_is_that_of_the_turned_image():
    exif = Image.Exif()
    exif[0x0112] = 8
    assert decode(encoded(size=(40, 16), exif=exif), "a.png", Form(8, 1)).size == (16, 40)


def test_of_an_animation_the_first_frame_counts():
    frames = [Image.new("L", (8, 8), shade) for shade in (10, 200)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert decode(file.getvalue(), "a.gif", Form(8, 1)).pixels.max() <= 12


def test_cropped_to_the_centre_or_padded_with_a_margin():
    values = np.full((8, 24), 255, np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    assert decode(file.getvalue(), "a", Form(8, 1)).pixels.min() == 255
    padded = decode(file.getvalue(), "a", Form(24, 1, "pad", "#101010")).pixels[0]
    assert (padded[8:16] == 255).all()
    assert (padded[:8] == 16).all()
    assert (padded[16:] == 16).all()


def test_a_large_jpeg_is_close_to_what_a_full_decoding_gives():
    smooth = np.asarray(Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((600, 600)))
    file = io.BytesIO()
    Image.fromarray(smooth).save(file, "JPEG", quality=95)
    with Image.open(io.BytesIO(file.getvalue())) as picture:
        full = np.asarray(picture.convert("RGB").resize((64, 64), Image.Resampling.BICUBIC)).transpose(2, 0, 1)
    fast = decode(file.getvalue(), "a.jpg", Form(64, 3)).pixels
    assert np.abs(fast.astype(int) - full).mean() < 1.5


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


BROKEN = {
    "empty": b"",
    "text": b"hello, I am no image",
    "truncated PNG": encoded()[:200],
    "truncated JPEG": encoded(kind="JPEG", size=(80, 80))[:900],
    "huge in its header": png_header(60_000, 60_000),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_named(case):
    with pytest.raises(Unreadable, match=r"^a\.png is not a readable image \(.+\); remove it") as error:
        decode(BROKEN[case], "a.png", Form(8, 1))
    assert "\n" not in str(error.value)


# -- folders and archives -------------------------------------------------------------------------------------
def test_a_broken_file_among_others_is_named_or_left_out(tmp_path):
    name = folder_of(tmp_path / "mine", twelve(mode="L") | {"bad.png": b"nothing"})
    with pytest.raises(DataError, match=r"^bad\.png is not a readable image"):
        load(name)
    data = load(DataConfig(name, skip_unreadable=True))
    assert len(data.images) == 12
    assert load(DataConfig(name, skip_unreadable=True), split="test").fingerprint == data.fingerprint


def test_the_test_split_alone_is_the_same(tmp_path):
    files = twelve(mode="L") | {"z.png": encoded("RGB")}  # whether all are coloured is known from the headers
    name = folder_of(tmp_path / "mine", files)
    whole, test = load(name), load(name, split="test")
    assert test.fingerprint == whole.fingerprint
    assert (test.images == whole.test.images).all()
    assert whole.shape == (3, 16, 16)


def test_a_folder_around_everything_is_no_class(tmp_path):
    files = {f"pets/{'cat' if i % 2 else 'dog'}/{i}.png": encoded("L") for i in range(12)}
    assert load(zip_of(tmp_path / "pets.zip", files)).class_names == ("cat", "dog")


def test_a_split_by_folder(tmp_path):
    files = {
        f"{part}/{'cat' if i % 2 else 'dog'}/{i}.png": encoded("L") for part in ("train", "test") for i in range(8)
    }
    name = folder_of(tmp_path / "mine", files)
    data = load(name)
    assert (data.n_train, len(data.images), data.class_names) == (8, 16, ("cat", "dog"))
    test = {image.numpy().tobytes() for image in data.test.images}
    assert test == {decode(files[f], f, Form(16, 1)).pixels.tobytes() for f in files if f.startswith("test")}
    at_random = load(DataConfig(name, split="random", test_share=0.25))
    assert (at_random.n_train, at_random.class_names) == (12, ("cat", "dog"))
    with pytest.raises(DataError, match="needs folders train and test"):
        load(DataConfig(folder_of(tmp_path / "other", twelve()), split="folders"))


def test_labels_csv(tmp_path):
    rows = ["file,label,split,size"] + [f"{i:02}.png,{'b' if i % 2 else 'a'},{'test' if i < 3 else 'train'},{i % 4 * 10}" for i in range(12)]  # fmt: skip
    files = twelve(mode="L")
    name = folder_of(tmp_path / "mine", files | {"labels.csv": "\n".join(rows).encode("utf-8-sig")})
    data = load(name)
    assert (data.class_names, data.factor_names, data.factor_sizes, data.n_train) == (("a", "b"), ("size",), (4,), 9)
    by_image = {decode(content, "", Form(16, 1)).pixels.tobytes(): int(file[:2]) for file, content in files.items()}
    for image, label, factors in zip(data.images, data.labels, data.factors, strict=True):
        number = by_image[image.numpy().tobytes()]
        assert (int(label), int(factors[0])) == (number % 2, number % 4)
    packed = zip_of(tmp_path / "mine.zip", {f"mine/{n}": c for n, c in files.items()} | {"mine/labels.csv": "\n".join(rows).encode()})  # fmt: skip
    assert load(packed).class_names == ("a", "b")


LABELS = {
    "empty": ("", "needs a line of headings"),
    "no file column": ("name,label\n00.png,a", "no column 'file'"),
    "a row too few": ("file,label\n00.png,a", "has no row for 01.png"),
    "a row too many": ("file,label\n" + "\n".join(f"{i:02}.png,a" for i in range(13)), "names 12.png"),
    "twice": ("file,label\n" + "\n".join(f"{i:02}.png,a" for i in (*range(12), 3)), "two rows for 03.png"),
    "ragged": ("file,label\n00.png,a,b", "line 2 has 3 values"),
    "repeated headings": ("file,file\n00.png,a", "repeated headings"),
    "another split": ("file,split\n" + "\n".join(f"{i:02}.png,dev" for i in range(12)), "can be train or test"),
    "not UTF-8": (b"file,label\n\xff\xfe", "save it as CSV in UTF-8"),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_csv_that_does_not_fit(tmp_path, case):
    content, says = LABELS[case]
    content = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(DataError, match=says):
        load(folder_of(tmp_path / "mine", twelve(mode="L") | {"labels.csv": content}))


SMALL = Limits(files=20, file_bytes=1 << 21, total_bytes=1 << 21, ratio=50, depth=3)
ARCHIVES = {
    "no images": ({"a.txt": b"x"}, "holds no images"),
    "outside": ({"../a.png": b"x"}, "outside of the archive"),
    "absolute": ({"/etc/a.png": b"x"}, "outside of the archive"),
    "unprintable": ({"a\n.png": b"x"}, "unprintable"),
    "a bomb": ({"a.png": bytes((1 << 20) + 1)}, "unpacks to .* times its size"),
    "a large file": ({"a.png": bytes((1 << 21) + 1)}, "at most 2 are read"),
    "large in all": ({f"{i}.png": rng.bytes(1 << 20) for i in range(3)}, "unpacks to 3 MiB"),
    "many": ({f"{i}.png": b"x" for i in range(21)}, "at most 20 are read"),
    "deep": ({"a/b/c/d/e.png": b"x"}, "4 folders deep"),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_beyond_the_limits(tmp_path, case):
    files, says = ARCHIVES[case]
    path = tmp_path / "a.zip"
    zip_of(path, files, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match=says):
        folders.from_zip("a.zip", path, "auto", SMALL)


def test_a_member_without_a_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"x")
    with pytest.raises(DataError, match="a member named ''"):
        load(str(tmp_path / "a.zip"))


def test_an_encrypted_archive(tmp_path):
    path = tmp_path / "a.zip"
    zip_of(path, twelve())
    content = bytearray(path.read_bytes())
    for place in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is encrypted"):
        load(str(path))


@pytest.mark.parametrize("cut", [0, 10, 300, -40])
def test_a_truncated_archive(tmp_path, cut):
    path = tmp_path / "a.zip"
    zip_of(path, twelve())
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match="cannot be read"):
        load(str(path))


def test_a_damaged_member_is_named(tmp_path):
    path = tmp_path / "a.zip"
    zip_of(path, twelve(mode="L"))
    content = bytearray(path.read_bytes())
    content[60] ^= 255  # inside of the first image
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"00\.png"):
        load(DataConfig(str(path), image_size=16))


def test_progress_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 5)
    seen = []
    with reading.reported_to(lambda done, total: seen.append((done, total))):
        load(folder_of(tmp_path / "mine", twelve()))
    assert seen[-3:] == [(5, 12), (10, 12), (12, 12)]


def test_settings_of_own_images_are_refused_elsewhere():
    with pytest.raises(DataError, match=r"^--fit: for your own images only, not for sprites"):
        load(DataConfig("sprites", fit="pad"))
    with pytest.raises(ValueError, match="write a colour as #rrggbb"):
        DataConfig("x", background="white")


@pytest.mark.parametrize(("colour", "channels"), [("auto", 3), ("grey", 1), ("colour", 3)])
def test_arrays_have_the_channels_requested(tmp_path, colour, channels):
    images = rng.integers(0, 256, (12, 9, 14, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images)
    data = load(DataConfig(str(tmp_path / "a.npz"), colour=colour, fit="pad"))
    assert data.shape == (channels, 14, 14) if colour != "auto" else (3, 14, 14)
    if colour == "grey":
        expected = {np.asarray(Image.fromarray(image).convert("L")).tobytes() for image in images}
        assert {image[0, 2:11].numpy().tobytes() for image in data.images} == expected


ARRAYS = {
    "a number": ({"images": np.zeros((12, 9, 9), np.uint8), "labels": np.array(3)}, r"shape \(\)"),
    "labels without an end": ({"images": np.zeros((12, 9, 9), np.uint8), "labels": np.full(12, 2**62)}, "0 to 9,999 are read"),
    "labels below 0": ({"images": np.zeros((12, 9, 9), np.uint8), "labels": np.arange(12) - 1}, "go from -1 to 10"),
    "factors without an end": ({"images": np.zeros((12, 9, 9), np.uint8), "factors": np.full((12, 1), 2**40)}, "0 to 9,999 are read"),
    "nothing": ({"images": np.zeros((0, 9, 9))}, "no image in it"),
    "a name that is no list": ({"images": np.zeros((12, 9, 9), np.uint8), "factor_names": np.array("a"), "labels": np.full(12, -1)}, "go from -1"),
    "objects": ({"images": np.array([{}] * 12, object)}, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays_that_do_not_fit(tmp_path, case):
    arrays, says = ARRAYS[case]
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=says):
        load(str(tmp_path / "a.npz"))


def test_a_header_that_promises_more_than_memory_holds(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**15, 8, 8)})
    zip_of(tmp_path / "a.npz", {"images.npy": header.getvalue() + bytes(99)})
    with pytest.raises(DataError, match="cannot be read"):
        load(str(tmp_path / "a.npz"))


def test_arrays_whose_packing_is_damaged(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=rng.integers(0, 256, (12, 9, 9), dtype=np.uint8))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[60:64] = b"\xff" * 4
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        load(str(tmp_path / "a.npz"))


def test_a_header_that_is_no_python(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((12, 9, 9), np.uint8))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content.replace(b"(12, 9, 9), }", b"(12, 9, 9,   "))
    with pytest.raises(DataError, match="cannot be read"):
        load(str(tmp_path / "a.npy"))


def test_an_array_without_images(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((0, 9, 9), np.uint8))
    with pytest.raises(DataError, match=r"cannot be read|holds 0 images"):
        load(str(tmp_path / "a.npy"))


def test_an_archive_that_is_called_an_array(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((12, 9, 9), np.uint8))
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    with pytest.raises(DataError, match=r"is an archive; name it \.npz"):
        load(str(tmp_path / "a.npy"))


def test_a_device_is_no_data():
    with pytest.raises(DataError, match="neither a file nor a folder"):
        load("/dev/zero")


# -- Parquet and the hub --------------------------------------------------------------------------------------
def table(**columns) -> pa.Table:
    return pa.table({"image": [{"bytes": encoded("L"), "path": None} for _ in range(12)]} | columns)


def test_parquet_with_images_as_hugging_face_stores_them(tmp_path):
    features = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    rows = table(label=[i % 2 for i in range(12)])
    rows = rows.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(rows, tmp_path / "pets.parquet", row_group_size=5)
    data = load(str(tmp_path / "pets.parquet"))
    assert (data.shape, data.class_names) == ((1, 16, 16), ("cat", "dog"))
    assert data.labels.sum() == 6


def test_parquet_with_plain_bytes_and_a_chosen_label(tmp_path):
    rows = pa.table({"png": [encoded("L") for _ in range(12)], "kind": ["b", "a", "c"] * 4})
    parquet.write_table(rows, tmp_path / "a.parquet")
    assert load(str(tmp_path / "a.parquet")).labels is None
    assert load(DataConfig(str(tmp_path / "a.parquet"), label="kind")).class_names == ("a", "b", "c")


TABLES = {
    "a date beyond all years": (table(label=pa.array([2**62] * 12, pa.timestamp("us"))), {}, "date value out of range"),
    "no images": (pa.table({"a": [1] * 12}), {}, "no column of images; its columns are a"),
    "two columns": (table(mask=[b"x"] * 12), {}, "several columns of images"),
    "no such column": (table(), {"image_column": "photo"}, "--image-column 'photo'"),
    "no such label": (table(), {"label": "kind"}, "--label 'kind'"),
    "a missing label": (table(label=[None] * 12), {}, "no label in row 1"),
    "no rows": (table().slice(0, 0), {}, "has no rows"),
    "a missing image": (pa.table({"image": [None, *(encoded() for _ in range(11))]}), {}, "row 1 is not a readable image"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_parquet_that_does_not_fit(tmp_path, case):
    rows, settings, says = TABLES[case]
    parquet.write_table(rows, tmp_path / "a.parquet")
    config = DataConfig("a.parquet", **settings)

    def everything():
        reading.read_all(from_parquet("a.parquet", tmp_path / "a.parquet", config).entries, Form(8, 1), skip=False)

    with pytest.raises(DataError, match=says):
        everything()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", bytes(1000)])
def test_a_file_that_is_no_parquet(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        from_parquet("a.parquet", tmp_path / "a.parquet", DataConfig("a.parquet"))
    with pytest.raises(DataError, match=r"is empty|no readable Parquet file"):
        load(str(tmp_path / "a.parquet"))


def test_a_data_set_of_the_hub(monkeypatch):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(picture=datasets.Image(), kind=datasets.ClassLabel(names=["cat", "dog"]))
    images = [{"bytes": encoded("L"), "path": None} for _ in range(12)]
    rows = datasets.Dataset.from_dict({"picture": images, "kind": [0, 1] * 6}, features=features)
    every = datasets.DatasetDict(train=rows, test=rows.select(range(4)))

    def fake(name, split=None):
        if name != "me/pets":
            raise FileNotFoundError(f"Dataset {name} does not exist")
        return every[split] if split else every

    monkeypatch.setattr(datasets, "load_dataset", fake)
    data = load("hf:me/pets")
    assert (data.n_train, len(data.images), data.class_names) == (12, 16, ("cat", "dog"))
    assert load("hf:me/pets", split="test").fingerprint == data.fingerprint
    assert len(load("hf:me/pets:train").images) == 12
    with pytest.raises(DataError, match=r"^hf:me/dogs could not be opened \(Dataset me/dogs does not exist\)"):
        load("hf:me/dogs")


# -- what was read --------------------------------------------------------------------------------------------
def test_the_report_names_what_was_read(tmp_path):
    same = encoded("L", (30, 20))
    files = {f"a/{i}.png": encoded("L", (20, 16)) for i in range(6)} | {"b/x.png": same, "b/y.png": same}
    files |= {"b/bad.jpg": b"nothing", "b/notes.txt": b"hello"}
    config = DataConfig(folder_of(tmp_path / "mine", files), image_size=8)
    report = report_of(opened(config), config)
    assert report.images == 8
    assert report.sizes == {(20, 16): 6, (30, 20): 2}
    assert report.modes == {"L": 8}
    assert report.classes == {"a": 6, "b": 2}
    assert report.duplicates == [["b/x.png", "b/y.png"]]
    assert report.repeated == 1
    assert report.unreadable == [("b/bad.jpg", "no image format that is known")]
    assert report.ignored == {".txt": 1}
    assert type(report).from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert preview_of(opened(config), config).shape == (8, 1, 8, 8)


def test_limits_are_one_object():
    assert limits.LIMITS.for_uploads.files < limits.LIMITS.files
