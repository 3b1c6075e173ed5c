"""Pages open before any test image is drawn."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import library
from vae_core.runs import Run, Store
from vae_core.runs.files import read_json, write_json

SHIPPED = Path(__file__).parents[2] / "checkpoints" / "gallery" / "shapes3d"


@pytest.fixture
def room(store: Store) -> Run:
    """The room of the gallery."""
    shutil.copytree(SHIPPED, store.gallery_root / "room")
    return library.find("gallery/room")


@pytest.mark.parametrize("page", ["traverse", "map", "interpolate", "apply", "generate"])
def test_a_page_opens_without_the_test_images(
    page: str, room: Run, app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[str] = []
    monkeypatch.setattr(Run, "data", lambda run, split="test": requested.append(run.id))
    at = app(page, run=room.id)
    assert not at.exception
    assert not at.error
    assert not requested


def test_images_that_turn_out_to_be_others_are_not_promised_again(room: Run) -> None:
    assert library.why_no_originals(room) == ""
    assert library.has_more_codes(room)
    config = read_json(room.path / "config.json")
    write_json(room.path / "config.json", config | {"fingerprint": "another", "data": config["data"] | {"size": 100}})
    other = library.find(room.id)
    assert library.why_no_originals(other) == ""
    assert not library.has_more_codes(other)
    assert library.test_data(other)[0] is None
    assert "put the original data back" in library.why_no_originals(other)
