"""A run moves as a ZIP; anything that is not exactly such a ZIP is refused in one sentence and leaves nothing behind."""

from __future__ import annotations

import io
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import vae_core
from vae_core.runs import BrokenRun, Run, RunError, Store, intake
from vae_core.runs import archive as module
from vae_core.runs.archive import hash_of, is_archive, names_of, pack, unpack, write_archive
from vae_core.runs.files import read_json, write_json
from vae_core.runs.intake import Limits


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    """Another store, and no gallery."""
    return Store(tmp_path / "elsewhere", gallery=tmp_path / "none")


@pytest.fixture
def packed(run: Run, tmp_path: Path) -> Path:
    (path,) = write_archive(run, tmp_path / "run.zip")
    return path


def test_a_run_arrives_as_it_was(run: Run, packed: Path, elsewhere: Store) -> None:
    taken, known = unpack(elsewhere, packed)
    assert (taken.id, known) == (run.id, False)
    assert taken.config == run.config
    assert taken.history() == run.history()
    assert taken.evaluation() == run.evaluation()
    assert taken.weights_hash() == run.weights_hash()
    assert [path.name for path in elsewhere.root.iterdir()] == [run.id]
    assert not (taken.path / "cache").exists()
    assert len(vae_core.latents_of(taken)) == len(vae_core.latents_of(run))


def test_equal_runs_are_equal_files(run: Run, packed: Path) -> None:
    buffer = io.BytesIO()
    pack(run, buffer)
    assert buffer.getvalue() == packed.read_bytes()


def test_caches_go_along_if_wanted_and_are_found_there(run: Run, elsewhere: Store, tmp_path: Path) -> None:
    write_archive(run, tmp_path / "run.zip", caches=True)
    taken, _ = unpack(elsewhere, tmp_path / "run.zip")
    names = {path.name for path in taken.cache.iterdir()}
    assert names == {path.name for path in run.cache.glob("*.safetensors")}
    assert {name.split("-")[0] for name in names} >= {"latents", "map"}
    before = {path: path.stat().st_mtime_ns for path in taken.cache.iterdir()}
    vae_core.latents_of(taken)
    assert {path: path.stat().st_mtime_ns for path in taken.cache.iterdir()} == before


def test_the_same_run_is_recognised_and_another_of_its_id_gets_a_new_one(
    run: Run, packed: Path, elsewhere: Store, tmp_path: Path
) -> None:
    first, _ = unpack(elsewhere, packed)
    assert unpack(elsewhere, packed) == (first, True)
    write_json(first.path / "config.json", read_json(first.path / "config.json") | {"name": "another"})
    second, known = unpack(elsewhere, packed)
    assert (second.id, known) == (f"{run.id}-1", False)
    assert {path.name for path in elsewhere.root.iterdir()} == {run.id, f"{run.id}-1"}
    assert unpack(Store(tmp_path / "third", gallery=elsewhere.root), packed).run.id == f"gallery/{run.id}-1"


def test_a_run_of_the_gallery_becomes_an_own_one(run: Run, packed: Path, elsewhere: Store, tmp_path: Path) -> None:
    shipped = Run(f"gallery/{run.id}", run.path, run.config)
    write_archive(shipped, tmp_path / "shipped.zip")
    assert unpack(elsewhere, tmp_path / "shipped.zip").run.id == run.id


@pytest.mark.usefixtures("always_due")
def test_a_run_in_the_middle_of_its_training_can_go_on_there(store: Store, elsewhere: Store, tmp_path: Path) -> None:
    from tests.conftest import QUICK
    from vae_core.jobs import configure, train_run

    half = store.create(configure("digits", "beta_vae", **QUICK | {"snapshots": 2}))
    assert train_run(half, lambda step, total, status: "pause") == "paused"
    half.set_status(state="running", pid=1)
    write_archive(half, tmp_path / "half.zip")
    taken, _ = unpack(elsewhere, tmp_path / "half.zip")
    assert taken.status()["state"] == "paused"
    assert "pid" not in taken.status()
    assert train_run(taken) == "done"
    assert taken.history()[-1]["step"] == taken.status()["total"]
    assert taken.snapshots()


def test_nothing_to_take_without_weights(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "bare", ignore=shutil.ignore_patterns("weights*"))
    with pytest.raises(RunError, match="no weights yet"):
        names_of(Run("bare", tmp_path / "bare", run.config))


# -- refusals ----------------------------------------------------------------------------------------------------------
def rewritten(packed: Path, change: Callable[[dict[str, bytes]], Any], honest: bool = True) -> Path:
    """The ZIP with its files changed; with a manifest that fits them if `honest`."""
    with zipfile.ZipFile(packed) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    if honest:
        found = json.loads(contents.pop("manifest.json"))
        files = {}
        for name, content in contents.items():
            (packed.parent / "hashed").write_bytes(content)  # not under its name, which may lead anywhere
            files[name] = hash_of(packed.parent / "hashed")
        contents["manifest.json"] = json.dumps(found | {"files": files}).encode()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return packed


def edit(file: str, /, **changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(contents: dict[str, bytes]) -> None:
        contents[file] = json.dumps(json.loads(contents[file]) | changes).encode()

    return change


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda contents: contents.update({name: content})


def with_nan(contents: dict[str, bytes], tmp: Path) -> None:
    (tmp / "w").write_bytes(contents["weights.safetensors"])
    tensors = load_file(tmp / "w")
    next(iter(tensors.values())).view(-1)[0] = torch.nan
    save_file(tensors, tmp / "w")
    contents["weights.safetensors"] = (tmp / "w").read_bytes()


HONEST = {
    "config cut": (put("config.json", b'{"name": "x"'), "config.json"),
    "config empty": (put("config.json", b""), "config.json"),
    "config a list": (put("config.json", b"[1]"), "object"),
    "config nested": (put("config.json", b"[" * 100_000), "config.json"),
    "unknown family": (edit("config.json", family="gan"), "'gan'"),
    "a name of two lines": (edit("config.json", name="one\ntwo"), "one line"),
    "a name without end": (edit("config.json", name="x" * 999), "200 characters"),
    "infinite": (edit("config.json", created=float("inf")), "finite"),
    "a number too large": (put("evaluation.json", b'{"elbo": 1e999}'), "1e999"),
    "NaN": (put("evaluation.json", b'{"elbo": NaN}'), "NaN"),
    "notes of another form": (put("notes.json", b'{"names": 3}'), "notes.json"),
    "curves nested": (put("metrics.jsonl", b'{"a":' * 50_000), "metrics.jsonl"),
    "curves of texts": (put("metrics.jsonl", b'{"step": "1", "epoch": 0, "distortion": 1}'), "step, epoch"),
    "status nonsense": (edit("status.json", state="flying"), "flying"),
    "weights cut": (lambda c: c.update({"weights.safetensors": c["weights.safetensors"][:999]}), "weights"),
    "weights of nothing": (put("weights.safetensors", b""), "weights"),
    "weights missing": (lambda c: c.pop("weights.safetensors"), "'weights.safetensors' is missing"),
    "status missing": (lambda c: c.pop("status.json"), "'status.json' is missing"),
    "weights of another model": (
        lambda c: edit("config.json", model=json.loads(c["config.json"])["model"] | {"latent_dim": 7})(c),
        "another model",
    ),
    "a snapshot of nothing": (put("snapshots/3.safetensors", b"x" * 50), "3.safetensors"),
    "a resume state of nothing": (put("resume/state.safetensors", b"x" * 50), "state.safetensors"),
    "outside": (put("../outside.json", b"{}"), "'../outside.json' is not a file of a run"),
    "absolute": (put("/etc/config.json", b"{}"), "'/etc/config.json' is not a file of a run"),
    "windows": (put("..\\config.json", b"{}"), "is not a file of a run"),
    "a page in the cache": (put("cache/show-1.html", b"<script>"), "is not a file of a run"),
    "a program": (put("load.py", b"import os"), "'load.py' is not a file of a run"),
    "a folder": (put("snapshots/", b""), "'snapshots/' is a link or a folder"),
    "huge text": (put("notes.json", b'{"about": "' + np.random.default_rng(0).bytes(900_000).hex().encode() + b'"}'), "notes.json"),
    "a bomb": (put("metrics.jsonl", b"\n" * 30_000_000), "200 times"),
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST)
def test_what_is_no_whole_run_is_refused(case: str, packed: Path, elsewhere: Store) -> None:
    change, sentence = HONEST[case]
    if case == "a bomb":
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("cache/bomb.safetensors", b"\0" * 30_000_000)
    else:
        rewritten(packed, change)
    refused(elsewhere, packed, sentence)


def refused(store: Store, source: Path | io.BytesIO, sentence: str) -> None:
    """One sentence, and nothing stays behind."""
    with pytest.raises(RunError) as raised:
        unpack(store, source)
    text = str(raised.value)
    assert sentence in text
    assert len(text.splitlines()) == 1
    assert str(store.root) not in text
    assert not store.root.exists() or list(store.root.iterdir()) == []


def test_a_weight_that_is_no_number_is_refused(packed: Path, elsewhere: Store, tmp_path: Path) -> None:
    rewritten(packed, lambda contents: with_nan(contents, tmp_path))
    refused(elsewhere, packed, "not finite")


def manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    return edit("manifest.json", **changes)


CHANGED = {
    "a byte of the weights": (lambda c: c.update({"weights.safetensors": c["weights.safetensors"][:-1] + b"!"}), "was changed"),
    "longer than it says": (lambda c: c.update({"weights.safetensors": c["weights.safetensors"] + b"!"}), "was changed"),
    "shorter than it says": (lambda c: c.update({"notes.json": b"{}", "status.json": b"{}"}), "not in its manifest"),
    "another format": (manifest(format=2), "format 2"),
    "another kind": (manifest(kind="page"), "another form"),
    "no files": (manifest(files=[]), "another form"),
    "id a number": (manifest(id=3), "another form"),
    "nothing in it": (manifest(files={}), "is missing"),
    "a file that is not there": (manifest(files={"notes.json": {"size": 1, "blake2b": ""}}), "'notes.json' is missing"),
    "no manifest": (lambda c: c.pop("manifest.json"), "holds no manifest.json"),
    "a manifest of nothing": (put("manifest.json", b""), "manifest.json"),
    "a nested manifest": (put("manifest.json", b'{"a":' * 99_999), "manifest.json"),
    "size a text": (lambda c: manifest(files=json.loads(c["manifest.json"])["files"] | {"config.json": {"size": "9"}})(c), "no size"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_what_differs_from_its_manifest_is_refused(case: str, packed: Path, elsewhere: Store) -> None:
    change, sentence = CHANGED[case]
    rewritten(packed, change, honest=False)
    refused(elsewhere, packed, sentence)


def test_an_id_that_is_no_folder_name_becomes_a_plain_one(packed: Path, elsewhere: Store) -> None:
    for id in ("../../up", ".hidden", "gallery", "", "a/b", "x" * 999):
        rewritten(packed, manifest(id=id), honest=False)
        shutil.rmtree(elsewhere.root, ignore_errors=True)
        assert unpack(elsewhere, packed).run.id == "imported"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int, packed: Path, elsewhere: Store) -> None:
    entry = zipfile.ZipInfo("notes.json")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    refused(elsewhere, packed, "'notes.json' is a link or a folder")


def test_the_same_name_twice_and_other_packings_are_refused(packed: Path, elsewhere: Store, tmp_path: Path) -> None:
    whole = packed.read_bytes()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("status.json", "{}")
    refused(elsewhere, packed, "twice")
    packed.write_bytes(whole)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("notes.json", "{}")
    refused(elsewhere, packed, "packed in a way")


def test_no_zip_at_all(packed: Path, elsewhere: Store, tmp_path: Path) -> None:
    refused(elsewhere, tmp_path / "nowhere.zip", "There is nothing at")
    refused(elsewhere, tmp_path, "cannot be taken in")
    for content in (b"", b"PK", b"hello" * 999, packed.read_bytes()[: packed.stat().st_size // 2]):
        packed.write_bytes(content)
        refused(elsewhere, packed, "is no ZIP of a run")
        refused(elsewhere, io.BytesIO(content), "is no ZIP of a run")
        assert not is_archive(packed)


def test_every_byte_of_the_ends_may_be_damaged(packed: Path, elsewhere: Store) -> None:
    """Whatever is flipped in directory and header, it is a sentence, or was of no importance."""
    whole = packed.read_bytes()
    for place in [*range(0, 60), *range(len(whole) - 700, len(whole), 3)]:
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        shutil.rmtree(elsewhere.root, ignore_errors=True)
        try:
            unpack(elsewhere, io.BytesIO(bytes(damaged)), "it.zip")
        except RunError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017
            assert not elsewhere.root.exists() or not list(elsewhere.root.iterdir())


def test_limits_have_a_sentence_each(packed: Path, elsewhere: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for limits, sentence in (
        (Limits(files=2), "a run has at most 2"),
        (Limits(text=99), "99 bytes"),
        (Limits(bytes=999), "at most 999 are read"),
        (Limits(bytes=packed.stat().st_size // 2), "are read"),
    ):
        monkeypatch.setattr(module, "LIMITS", limits)
        refused(elsewhere, packed, sentence)
    monkeypatch.setattr(module, "LIMITS", Limits())
    monkeypatch.setattr(intake.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 10))  # type: ignore[attr-defined]
    refused(elsewhere, packed, "there is room for 10")


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    packed: Path, elsewhere: Store, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_copy", full)
    refused(elsewhere, packed, "No space left")
    monkeypatch.setattr(module, "pack", full)
    with pytest.raises(RunError, match="No space left"):
        write_archive(run, tmp_path / "full.zip")
    assert not list(tmp_path.glob("*full*"))


def test_no_list_ever_shows_half_a_run(packed: Path, elsewhere: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Run | BrokenRun]] = []
    honest = module._copy

    def watching(*arguments: Any) -> None:
        honest(*arguments)
        seen.append(elsewhere.runs())

    monkeypatch.setattr(module, "_copy", watching)
    unpack(elsewhere, packed)
    assert len(seen) >= 4
    assert not any(seen)
    assert len(elsewhere.runs()) == 1
