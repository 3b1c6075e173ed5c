"""Paths from a browser lead nowhere but below the folders that were named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vae_core
from vae_core.datasets import DataConfig, DataError, load
from vae_core.datasets.histories.read import is_history
from vae_core.datasets.own import is_images
from vae_core.datasets.roots import ROOTS, permitted
from vae_core.imports import Request
from vae_core.imports.create import import_run
from vae_core.jobs import configure


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """(a folder that may be read, one beside it that may not)."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    monkeypatch.setenv(ROOTS, f"{tmp_path / 'nothing'}:{inside}")
    return inside, outside


def images(folder: Path, count: int = 12) -> Path:
    folder.mkdir(exist_ok=True)
    for row in range(count):
        Image.fromarray(np.full((8, 8), 20 * row, np.uint8)).save(folder / f"{row}.png")
    return folder


def test_inside_is_read_and_outside_is_refused_whether_it_is_there_or_not(folders: tuple[Path, Path]) -> None:
    inside, outside = folders
    assert len(load(DataConfig(str(images(inside / "mine")))).images) == 12
    sentences = set()
    for name in (images(outside / "theirs"), outside / "theirs.zip", outside / "x.npz"):
        with pytest.raises(DataError, match="outside of the folders") as found:
            load(DataConfig(str(name)))
        sentences.add(str(found.value).replace(repr(str(name)), ""))
    assert len(sentences) == 1, "what is there shows in the sentence"


def test_a_home_that_nobody_has_is_no_way_out(folders: tuple[Path, Path]) -> None:
    with pytest.raises(DataError, match="outside of the folders"):
        permitted("~nobody-of-this-name/pictures")


@pytest.mark.parametrize("name", ["../outside/a.csv", "link.csv", "../inside/../outside/a.csv"])
def test_links_and_dots_do_not_lead_out(folders: tuple[Path, Path], name: str) -> None:
    inside, outside = folders
    (outside / "a.csv").write_text("height,weight\n1,2\n" * 20)
    (inside / "link.csv").symlink_to(outside / "a.csv")
    with pytest.raises(DataError, match="outside of the folders"):
        load(DataConfig(str(inside / name)))


def test_a_linked_image_in_a_folder_does_not_lead_out(folders: tuple[Path, Path]) -> None:
    inside, outside = folders
    secret = images(outside / "theirs", 1) / "0.png"
    (images(inside / "mine") / "13.png").symlink_to(secret)
    with pytest.raises(DataError, match="outside of the folders"):
        load(DataConfig(str(inside / "mine")))


@pytest.mark.parametrize("name", ["/a\0b/c", "/loop/x"])
def test_what_is_no_path_is_a_sentence(folders: tuple[Path, Path], name: str) -> None:
    if name.startswith("/loop"):
        (folders[0] / "loop").symlink_to(folders[0] / "loop")
        name = str(folders[0] / "loop" / "x")
    with pytest.raises(DataError, match="is not a path"):
        permitted(name)


def test_every_reader_of_a_path_obeys(folders: tuple[Path, Path], store: vae_core.Store, tmp_path: Path) -> None:
    outside = folders[1]
    (outside / "events.csv").write_text("user,item\n" + "a,b\n" * 30)
    assert not is_history(str(outside / "events.csv"))
    assert not is_images(str(outside / "images.parquet"))
    for name in ("events.csv", "table.parquet", "rows.tsv", "images.npy", "images.npz", "images", "hf"):
        with pytest.raises(DataError, match="outside of the folders"):
            configure(str(outside / name) if name != "hf" else f"hf:{outside}", "vae", epochs=1)
    with pytest.raises(DataError, match="outside of the folders"):
        import_run(outside / "model.onnx", Request(), store=store)
    with pytest.raises(DataError, match="outside of the folders"):
        configure("digits", "vae", epochs=1, perceptual=str(outside), perceptual_weight=1.0)
    assert not store.runs()


def test_an_imported_run_does_not_read_what_its_settings_name(
    run: vae_core.Run, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    named = dataclasses.replace(run.config, data=DataConfig(str(folders[1] / "theirs")))
    with pytest.raises(DataError, match="outside of the folders"):
        dataclasses.replace(run, config=named).data("test")
