"""Which runs Compare begins with."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.runs.selection import comparable
from vae_core.runs.files import read_json, write_json

from .conftest import texts


def _on_other_images(path: Path) -> None:
    """Let the run at `path` have seen other images."""
    config = read_json(path / "config.json")
    write_json(path / "config.json", config | {"fingerprint": "another"})


def compared(id: str) -> list[str]:
    runs = library.openable_runs()
    return [run.id for run in comparable(next(run for run in runs if run.id == id), runs)]


def test_a_run_is_compared_with_those_on_the_same_images(put: Callable[..., Path]) -> None:
    for name in ("one", "two"):
        put(name)
    _on_other_images(put("other"))
    put("shipped", gallery=True)
    assert sorted(compared("one")) == ["gallery/shipped", "one", "two"]
    assert compared("other") == ["other"]


def test_a_shipped_run_without_others_on_its_images_stands_back(
    put: Callable[..., Path], app: Callable[..., AppTest]
) -> None:
    _on_other_images(put("a-room", gallery=True))
    assert compared("gallery/a-room") == ["gallery/a-room"]
    for name in ("beta-1", "beta-4"):
        put(name, gallery=True)
    assert compared("gallery/a-room") == ["gallery/beta-1", "gallery/beta-4"]
    at = app("compare", run="gallery/a-room")
    assert at.multiselect("compare.runs").value == ["gallery/beta-1", "gallery/beta-4"]
    assert "Choose at least two" not in texts(at.info)
    assert app("measure", run="gallery/a-room").multiselect("measure.runs").value == ["gallery/a-room"]
