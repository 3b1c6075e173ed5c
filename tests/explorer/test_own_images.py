"""The Train page with a person's own images: what was read, the settings beside the preview, renaming and deleting."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from vae_core.datasets.own import uploads
from vae_core.runs import Store

Open = Callable[..., AppTest]


def picture(width: int = 20, height: int = 16, shade: int = 0) -> bytes:
    values = np.random.default_rng(shade).integers(0, 256, (height, width), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def upload(store: Store) -> uploads.Upload:
    files = [(f"{number}.png", picture(shade=number)) for number in range(40)]
    return uploads.add(store.root, [*files, ("again.png", files[0][1]), ("bad.png", b"nothing")], "Noise")


def texts(elements: object) -> str:
    return " ".join(str(element.value) for element in elements)  # type: ignore[attr-defined]


def chosen(app: Open, upload: uploads.Upload) -> AppTest:
    at = app("train")
    at.selectbox(key="train.dataset").set_value(f"upload:{upload.hash}").run()
    assert not at.exception
    return at


def test_what_was_read_is_shown(app: Open, upload: uploads.Upload) -> None:
    at = chosen(app, upload)
    shown = texts(at.markdown)
    assert "41 images" in shown
    assert "all 20 × 16 pixels" in shown
    assert "1 file cannot be read" in texts(at.warning)
    assert "0.png = again.png" in texts(at.code)
    assert "bad.png: no image format that is known" in texts(at.code)
    assert "16 × 16 pixels" in texts(at.caption)


def test_settings_suit_the_images_until_they_are_changed(app: Open, upload: uploads.Upload) -> None:
    at = chosen(app, upload)
    assert at.selectbox(key="train.network").value == "conv"
    assert at.number_input(key="train.batch_size").value == 5
    at.number_input(key="train.batch_size").set_value(8).run()
    assert at.number_input(key="train.batch_size").value == 8
    at.selectbox(key="train.dataset").set_value("digits").run()
    at.selectbox(key="train.network").set_value("mlp").run()
    at.selectbox(key="train.dataset").set_value(f"upload:{upload.hash}").run()
    assert at.selectbox(key="train.network").value == "conv"


def test_the_preview_follows_and_training_has_the_settings(
    app: Open, store: Store, started: list[str], upload: uploads.Upload
) -> None:
    at = chosen(app, upload)
    at.selectbox(key="train.fit").set_value("pad").run()
    assert "20 × 20 pixels" in texts(at.caption)
    at.number_input(key="train.image_size").set_value(24).run()
    assert "24 × 24 pixels" in texts(at.caption)
    at.selectbox(key="train.colour").set_value("colour").run()
    at.number_input(key="train.augment_rotate").set_value(10.0).run()
    at.button(key="train.start").click().run()
    assert "bad.png cannot be read" in texts(at.error)
    assert store.runs() == []
    at.toggle(key="train.skip_unreadable").set_value(True).run()
    at.button(key="train.start").click().run()
    assert not at.error
    (run,) = store.runs()
    assert run.config.model.shape == (3, 24, 24)  # type: ignore[union-attr]
    assert run.config.data.fit == "pad"  # type: ignore[union-attr]
    assert run.config.train.augment_rotate == 10  # type: ignore[union-attr]


def test_registered_sets_get_none_of_these_settings(
    app: Open, store: Store, started: list[str], upload: uploads.Upload
) -> None:
    at = chosen(app, upload)
    at.selectbox(key="train.fit").set_value("pad").run()
    at.selectbox(key="train.dataset").set_value("digits").run()
    at.button(key="train.start").click().run()
    assert not at.error
    assert [run.config.data.fit for run in store.runs()] == ["crop"]  # type: ignore[union-attr]


def test_an_upload_is_renamed_and_deleted(app: Open, store: Store, upload: uploads.Upload) -> None:
    at = chosen(app, upload)
    at.text_input(key=f"train.title.{upload.hash}").set_value("Better").run()
    at.button(key="train.rename").click().run()
    assert "Better · 41 images" in at.selectbox(key="train.dataset").options
    at.button(key="train.delete").click().run()
    assert not at.exception
    assert uploads.listed(store.root) == []
    assert at.selectbox(key="train.dataset").value == "own"


def test_a_folder_by_path_is_read_once(app: Open, tmp_path: object) -> None:
    folder = tmp_path / "mine"  # type: ignore[operator]
    for number in range(12):
        (folder / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        (folder / "ab"[number % 2] / f"{number}.png").write_bytes(picture(16 + number, 16, number))
    at = app("train")
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("path").run()
    at.text_input(key="train.folder").set_value(str(folder)).run()
    assert not at.exception
    assert "12 images · 12 grey · 2 classes" in texts(at.markdown)


def test_the_hub_without_its_library_or_a_network_is_a_sentence(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    at = app("train")
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("hub").run()
    at.text_input(key="train.hub").set_value("me/pets").run()
    assert "hf:me/pets needs the library `datasets`" in texts(at.error)
