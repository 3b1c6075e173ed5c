"""Pages open before any test image is drawn."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer import library
from vae_core.datasets import DataError, ImageData
from vae_core.datasets.public import data_folder
from vae_core.datasets.public_sets import PUBLIC_SETS
from vae_core.runs import Run, Store
from vae_core.runs.files import read_json, write_json

GALLERY = Path(__file__).parents[2] / "checkpoints" / "gallery"


@pytest.fixture
def room(store: Store) -> Run:
    """The room of the gallery."""
    shutil.copytree(GALLERY / "shapes3d", store.gallery_root / "room")
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


@pytest.fixture
def digits(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on MNIST, on a computer that does not have it."""
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "nothing"))
    shutil.copytree(GALLERY / "mnist-2d", store.gallery_root / "digits")
    return library.find("gallery/digits")


def notices(at: AppTest) -> list[str]:
    return [info.value for info in at.info if "MNIST" in info.value]


def test_pages_download_only_what_somebody_requests(
    digits: Run, app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: Run, split: str = "test") -> None:
        requested.append(split)
        raise DataError("mnist could not be downloaded (no network): connect once.")

    requested: list[str] = []
    monkeypatch.setattr(Run, "data", refuse)
    at = app("traverse", run=digits.id)
    assert not requested
    assert notices(at) == ["MNIST is not on this computer. Until then images are decoded from their stored codes."]
    (button,) = (button for button in at.button if button.label == "Download MNIST")
    button.click().run()
    assert requested == ["test"]
    assert [error.value for error in at.error] == ["mnist could not be downloaded (no network): connect once."]
    assert not at.exception


def test_what_was_downloaded_is_shown(
    digits: Run, app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(run: Run, split: str = "test") -> ImageData:
        file = data_folder() / PUBLIC_SETS["mnist"].file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        return ImageData("mnist", torch.zeros(10_000, 1, 28, 28, dtype=torch.uint8), 0)

    monkeypatch.setattr(Run, "data", fetch)
    at = app("traverse", run=digits.id)
    (button,) = (button for button in at.button if button.label == "Download MNIST")
    button.click().run()
    assert not at.exception
    assert not notices(at)
    assert not [button for button in at.button if button.label == "Download MNIST"]
    assert library.why_no_originals(digits) == ""


def test_a_public_exhibit_downloads_nothing(
    digits: Run, app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETASCOPE_MODE", "exhibit")
    at = app("traverse", run=digits.id)
    assert notices(at)
    assert not [button for button in at.button if button.label == "Download MNIST"]


def test_compare_decodes_stored_codes(digits: Run, store: Store, app: Callable[..., AppTest]) -> None:
    shutil.copytree(GALLERY / "mnist-beta-1", store.gallery_root / "ten")
    at = app("compare", run=digits.id, compare=f"{digits.id},gallery/ten")
    assert not at.exception
    assert notices(at) == ["MNIST is not on this computer. Until then images are decoded from their stored codes."]
    captions = [caption.value for caption in at.caption]
    assert captions.count("decoded codes of test images 0 to 9") == 2
    (slider,) = (slider for slider in at.slider if slider.label == "First test image")
    slider.set_value(20).run()
    assert not at.exception
    assert "decoded codes of test images 20 to 29" in [caption.value for caption in at.caption]
