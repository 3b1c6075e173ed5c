"""Runs as ZIP files: other manifests, lying hashes, bombs, slips, links, other runs' files, damaged bytes."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import warnings
import zipfile
from pathlib import Path
from random import Random

from vae_core.analysis import MapConfig, map_of
from vae_core.runs import Run, Store
from vae_core.runs.archive import pack, unpack

from . import material
from .attempt import Place
from .folders import JSON, spoil_json, spoil_tensors
from .mutate import TEXTS, changed, damaged, text_of
from .outcome import Outcome
from .pool import attack
from .readers import spoilt_zip

NAMES = (
    "../config.json", "/etc/passwd", "snapshots/../../x.safetensors", "cache/x.onnx", ".lock", "config.json/", "resume/", "extra.txt",
    "snapshots/9.safetensors", "cache/a.safetensors", "CONFIG.JSON", "x" * 5000, "\x1b[31m", "config.json",
)  # fmt: skip


def run(quick: bool, seed: int) -> Outcome:
    few = {"bytes": 250, "contents": 250, "manifest": 200, "command": 30}
    full = {"bytes": 3_000, "contents": 3_500, "manifest": 2_500, "command": 200}
    return attack("archives", few if quick else full, seed)


def prepare(folder: Path) -> None:
    material.train_runs(folder)
    for found in Store(folder / "runs").runs():
        assert isinstance(found, Run), found
        if found.status()["state"] == "done":
            map_of(found, MapConfig(method="pca"))
        with open(folder / f"{found.id}.zip", "wb") as file:
            pack(found, file, caches=True)


def packed(random: Random, place: Place) -> dict[str, bytes]:
    """The files of a whole archive by name, its manifest among them."""
    name = random.choice(("done", "done", "paused", "table", "history"))
    with zipfile.ZipFile(place.material / f"{name}.zip") as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same with a manifest that fits what is there now, as someone would make it who means to be taken in."""
    manifest = json.loads(files.pop("manifest.json"))
    manifest["files"] = {
        name: {"size": len(content), "blake2b": hashlib.blake2b(content, digest_size=32).hexdigest()}
        for name, content in files.items()
    }
    return files | {"manifest.json": json.dumps(manifest).encode()}


def zipped(random: Random, files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", random.choice((0, 8, 8, 12))) as archive:
        warnings.simplefilter("ignore")  # a name that is there already
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = archive.compression
            entry.external_attr = random.choice((0o644,) * 60 + (0o120777, 0o040755)) << 16
            archive.writestr(entry, content)
            if random.random() < 0.01:
                archive.writestr(name, content)
    return buffer.getvalue()


def taken_in(place: Place, content: bytes) -> None:
    """Import it: a run that opens, or nothing at all is left."""
    store = Store(place.scratch / "store", gallery=place.scratch / "none")
    store.root.mkdir()
    material.copied(place.material, "table", store.root / "whole")
    try:
        found = unpack(store, io.BytesIO(content), "some.zip")
    except Exception:
        assert [path.name for path in store.root.iterdir()] == ["whole"], "something is left behind"
        raise
    opened = store.open(found.run.id)
    opened.history(), opened.evaluation(), opened.notes()
    if opened.has_weights:
        opened.model()
    assert isinstance(store.open("whole"), Run)
    assert {path.name for path in place.scratch.iterdir()} <= {"store"}, "something slipped out"


def bytes_(random: Random, place: Place) -> None:
    """The ZIP itself is damaged, or its headers lie."""
    content = zipped(random, packed(random, place))
    taken_in(place, spoilt_zip(random, content) if random.random() < 0.7 else damaged(random, content))


def contents(random: Random, place: Place) -> None:
    """Files that were changed before they were packed, with a manifest that fits."""
    files = packed(random, place)
    folder = place.scratch / "unpacked"
    for _ in range(random.choice((1, 1, 2))):
        name = random.choice([name for name in files if name == "config.json" or name not in ("manifest.json", *NAMES)])
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[name])
        action = random.randrange(6)
        if action < 2 and target.name in JSON:
            spoil_json(random, target)
        elif action < 3 and target.suffix == ".safetensors":
            spoil_tensors(random, target)
        elif action == 3:
            target.write_bytes(files[random.choice(sorted(files))])
        elif action == 4:
            files[random.choice(NAMES)] = random.choice((b"", b"x", b"\0" * (3 << 20), files[name]))
        else:
            target.write_bytes(damaged(random, files[name]))
        files[name] = target.read_bytes()
        if random.random() < 0.1:
            del files[name]
    shutil.rmtree(folder)
    taken_in(place, zipped(random, sealed(files)))


def manifest(random: Random, place: Place) -> None:
    """A manifest of another form; an id that is a path; sizes that are no numbers."""
    files = packed(random, place)
    values = changed(random, json.loads(files["manifest.json"]), random.choice((1, 1, 2)))
    if random.random() < 0.3 and isinstance(values, dict):
        values["id"] = random.choice(TEXTS)
    taken_in(place, zipped(random, files | {"manifest.json": text_of(random, values)}))


def command(random: Random, place: Place) -> None:
    """`import FILE` as typed."""
    content = zipped(random, packed(random, place))
    file = place.scratch / random.choice(("run.zip", "run", "run.onnx", "run.npz", "run.parquet", "run.pt2", "é.zip"))
    file.write_bytes(spoilt_zip(random, content))
    material.command(["import", str(file), "--store", str(place.scratch / "store")])


CASES = {"bytes": bytes_, "contents": contents, "manifest": manifest, "command": command}
