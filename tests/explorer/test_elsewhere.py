"""What comes from elsewhere on the pages: what is missing is said in one sentence, everything else works."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.train.elsewhere import placed
from tests.explorer.conftest import texts
from tests.imports.conftest import write_decoder, write_encoder
from vae_core.datasets import DataConfig
from vae_core.imports import ImportFailed, Request
from vae_core.imports.create import import_run

Open = Callable[..., AppTest]


@pytest.fixture
def brought(put: Callable[..., Path], tmp_path: Path) -> None:
    """One of ours; a pair with images, a decoder alone, and codes."""
    put("one")
    store, folder = library.store(), tmp_path / "theirs"
    folder.mkdir()
    write_decoder(folder / "decoder.onnx"), write_encoder(folder / "encoder.onnx")
    import_run(folder, Request(data=DataConfig("digits")), store=store, name="pair")
    import_run(folder / "decoder.onnx", store=store, name="alone")
    random = np.random.default_rng(0)
    labels = np.arange(60) % 3
    np.savez(tmp_path / "codes.npz", codes=random.standard_normal((60, 3)), labels=labels)
    import_run(tmp_path / "codes.npz", store=store, name="codes")


def test_every_page_opens_or_says_what_is_missing(brought, app: Open):
    for name in ("map", "traverse", "interpolate", "diagnose", "generate"):
        for run in ("pair-1", "alone-1", "codes-1"):
            at = app(name, run=run)
            assert not at.exception, (name, run)
            assert not at.error, (name, run, texts(at.error))
            lacks = (name in ("map", "diagnose") and run == "alone-1") or (name != "map" and run == "codes-1")
            assert ("so no image" in texts(at.info)) == lacks, (name, run, texts(at.info))


def test_theirs_stands_beside_ours(brought, app: Open):
    at = app("compare", compare="one,pair-1,codes-1", tab="Images")
    assert not at.exception
    assert "codes without a model" in texts(at.info)
    assert "**pair**" in texts(at.markdown)
    at = app("compare", compare="one,pair-1,alone-1,codes-1", tab="Numbers")
    assert len(at.dataframe[0].value.data if hasattr(at.dataframe[0].value, "data") else at.dataframe[0].value) == 4
    at = app("measure", compare="codes-1,alone-1")
    assert not at.exception
    assert "imported without an encoder" in texts(at.info)


def test_codes_have_a_map_with_neighbours(brought, app: Open):
    at = app("map", run="codes-1", picks="4", method="pca")
    assert "Nearest to code 4 · 1" in texts(at.markdown)
    (table,) = [frame.value for frame in at.dataframe if "Distance" in frame.value]
    codes = library.latents(library.find("codes-1")).mu
    nearest = int(np.argsort(np.linalg.norm(codes - codes[4], axis=1))[1])
    assert table["Code"][0].startswith(f"code {nearest} ")
    assert "Distortion" not in at.selectbox(key="map.colour.codes-1").options


def test_home_lists_them(brought, app: Open):
    at = app("home")
    assert not at.exception
    assert "codes without a model" in texts(at.get("html")) or "Imported from NPZ of codes" in texts(at.caption)


def test_a_path_is_opened_and_traversed(put: Callable[..., Path], app: Open, tmp_path: Path):
    put("one")
    write_decoder(tmp_path / "theirs.onnx")
    at = app("train")
    at.text_input(key="elsewhere.path").set_value(str(tmp_path / "nothing.onnx")).run()
    at.button(key="elsewhere.open").click().run()
    assert "There is nothing at" in texts(at.error)
    at.text_input(key="elsewhere.path").set_value(str(tmp_path / "theirs.onnx")).run()
    at.button(key="elsewhere.open").click().run()
    assert not at.exception
    assert library.find("theirs-4-d-1").config.family == "imported"
    assert texts(at.title) == "Traverse"


class File(io.BytesIO):
    def __init__(self, name: str) -> None:
        super().__init__(b"content")
        self.name = name


def test_uploads_get_names_of_ours(tmp_path: Path):
    assert placed([File("../../My Encoder.ONNX"), File("x.onnx")], tmp_path) == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decoder.onnx", "encoder.onnx"]
    assert placed([File("/etc/passwd.npz")], tmp_path) == tmp_path / "codes.npz"
    for names in (["a.onnx", "b.onnx"], ["a.npz", "b.npz"], ["a.onnx", "b.npz"]):
        with pytest.raises(ImportFailed, match="Give one file of codes"):
            placed([File(name) for name in names], tmp_path)
