"""Uploads: checked in memory, saved once, listed, renamed, deleted."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from vae_core.datasets import DataConfig, DataError, load
from vae_core.datasets.own import limits, uploads
from vae_core.runs import Store

rng = np.random.default_rng(0)


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (16, 20), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


FILES = [(f"cat {i}.png", png()) for i in range(12)]


def archive(files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in files:
            packed.writestr(name, content)
    return file.getvalue()


def test_images_are_packed_once_under_their_hash(tmp_path):
    first = uploads.add(tmp_path, FILES, "Cats")
    again = uploads.add(tmp_path, FILES[::-1], "Others")
    assert again == first
    assert (first.title, first.items, first.classes, first.size) == ("Cats", 12, 0, (20, 16))
    assert len(load(str(first.path)).images) == 12
    assert uploads.listed(tmp_path) == [first]
    assert uploads.report(first).images == 12


def test_an_archive_is_saved_as_it_came(tmp_path):
    content = archive([(f"{'ab'[i % 2]}/{i}.png", png()) for i in range(12)])
    upload = uploads.add(tmp_path, [("My pets.ZIP", content)])
    assert (upload.title, upload.classes, upload.path.name) == ("My pets", 2, "My pets.zip")
    assert upload.path.read_bytes() == content


def test_arrays_and_labels_csv(tmp_path):
    file = io.BytesIO()
    np.savez(file, images=rng.random((12, 9, 9)), labels=np.arange(12) % 3)
    assert uploads.add(tmp_path, [("a.npz", file.getvalue())]).classes == 3
    rows = "\n".join(["file,label", *(f"{name},{i % 2}" for i, (name, _) in enumerate(FILES))])
    assert uploads.add(tmp_path, [*FILES, ("labels.csv", rows.encode())]).classes == 2


def test_a_table(tmp_path):
    rows = "\n".join(["size,kind", *(f"{i * i},{'ab'[i % 2]}" for i in range(20))])
    upload = uploads.add(tmp_path, [("Pets.csv", rows.encode())])
    assert (upload.kind, upload.count, upload.size) == ("table", "20 rows", (20, 2))
    assert load(str(upload.path)).kind == "table"


def test_a_store_lists_no_upload_as_a_run(tmp_path):
    uploads.add(tmp_path, FILES)
    assert Store(tmp_path).runs() == []


def test_renamed_and_deleted(tmp_path):
    upload = uploads.add(tmp_path, FILES)
    uploads.rename(upload, "  My\n cats ")
    assert uploads.listed(tmp_path)[0].title == "My cats"
    with pytest.raises(DataError, match="name is empty"):
        uploads.rename(upload, " ")
    uploads.delete(upload)
    assert uploads.listed(tmp_path) == []
    with pytest.raises(DataError, match="There is nothing at"):
        load(DataConfig(str(upload.path)))


REFUSED = {
    "nothing": ([], "No files were chosen"),
    "a program": ([("run.exe", b"MZ")], "cannot be opened together"),
    "two archives": ([("a.zip", archive(FILES)), ("b.zip", archive(FILES))], "cannot be opened together"),
    "one name twice": ([FILES[0], FILES[0]], "Two of these files are named"),
    "no image": ([("a.png", b"hello")], "None of the 1 images .* can be read"),
    "no archive": ([("a.zip", b"hello")], "cannot be read"),
    "no arrays": ([("a.npz", b"hello")], "cannot be read"),
    "no table": ([("a.parquet", b"hello")], "no readable Parquet file"),
    "a table of one column": ([("a.csv", b"a\n1\n2\n")], "a table has 2 to"),
    "an empty table": ([("a.csv", b"")], "is empty"),
    "an archive in an archive": ([("a.zip", archive([("b.zip", archive(FILES))]))], "holds no images"),
    "pickled": ([("a.npz", archive([("images.npy", b"\x93NUMPY\x01\x00F\x00{'descr': '|O', 'fortran_order': False, 'shape': (3,), }")]))], "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_never_on_the_disk(tmp_path, case):
    files, says = REFUSED[case]
    with pytest.raises(DataError, match=says) as error:
        uploads.add(tmp_path, files)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*"))


def test_more_bytes_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "LIMITS", limits.Limits(upload_bytes=1000))
    with pytest.raises(DataError, match="from a browser"):
        uploads.add(tmp_path, FILES)


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd.png", "passwd.png"), ("C:\\me\\a.PNG", "a.png"), ("<b>x</b>.jpg", "b_.jpg"), ("..png", "upload.png"), ("a\0\n.png", "a__.png")],
)  # fmt: skip
def test_names_are_made_plain(name, safe):
    assert uploads.safe_name(name) == safe


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"title": 1}', '{"size": "x"}'])
def test_a_damaged_card_hides_no_other(tmp_path, content):
    good = uploads.add(tmp_path, FILES)
    bad = uploads.add(tmp_path, FILES[:11])
    (bad.folder / uploads.CARD).write_text(content)
    assert uploads.listed(tmp_path) == [good]


def test_histories_are_counted_in_users(tmp_path):
    rows = "\n".join(f"u{user},i{(user + item) % 9}" for user in range(30) for item in range(6))
    saved = uploads.add(tmp_path, [("plays.csv", f"user,item\n{rows}\n".encode())])
    assert (saved.kind, saved.count, saved.size) == ("history", "30 users", (30, 9))
    assert load(str(saved.path)).events.shape == (30, 9)
    with pytest.raises(DataError, match="0 users with at least 5 events"):
        uploads.add(tmp_path, [("plays.csv", b"user,item\na,b\n")])
