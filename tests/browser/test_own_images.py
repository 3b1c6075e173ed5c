"""From a ZIP in the browser to sliders of a model that learned from it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

import vae_core
from vae_core.datasets.own import uploads

from .conftest import settle
from .looking import assert_shows, ready, soon


def archive() -> bytes:
    """A ZIP of two folders of bright and dark squares, with a file that is no image."""
    rng = np.random.default_rng(0)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(60):
            picture = io.BytesIO()
            values = rng.integers(0, 80, (16, 20)) + 150 * (number % 2)
            Image.fromarray(values.astype(np.uint8)).save(picture, "PNG")
            packed.writestr(f"pets/{('dark', 'bright')[number % 2]}/{number:02}.png", picture.getvalue())
        packed.writestr("pets/dark/broken.png", b"not an image")
    return file.getvalue()


def test_a_zip_is_read_shown_trained_on_and_explored(open_page: Callable[..., Page], store: vae_core.Store) -> None:
    before = {run.id for run in store.runs()}
    page = open_page("train")
    page.locator(".st-key-train-dataset input").click()
    page.get_by_role("option", name="Your own images or table …").click()
    settle(page)
    page.locator(".st-key-train-files-0 input[type=file]").set_input_files(
        {"name": "My <pets>.zip", "mimeType": "application/zip", "buffer": archive()}
    )
    expect(page.get_by_text("As training will see them: 16 × 16 pixels.")).to_be_visible()
    expect(page.get_by_text("60 images · all 20 × 16 pixels · 60 grey · 2 classes")).to_be_visible()
    expect(page.get_by_text("1 file cannot be read")).to_be_visible()
    settle(page)
    fill(page, "Epochs", "2")
    fill(page, "Batch size", "16")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("dark/broken.png cannot be read; remove it")).to_be_visible()
    assert {run.id for run in store.runs()} == before

    page.locator(".st-key-train-skip_unreadable label").first.click()
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    soon(
        page,
        lambda: any(run.id not in before and run.status()["state"] == "done" for run in store.runs()),
        "no run is done",
    )
    (run,) = (run for run in store.runs() if run.id not in before)
    assert isinstance(run, vae_core.Run)
    assert run.config.model.shape == (1, 16, 16)
    assert run.config.model.classes == 2
    page = open_page(f"traverse?run={run.id}")
    assert_shows(ready(page, "traversal").locator("canvas.main"), run)
    (upload,) = uploads.listed(store.root)
    assert str(upload.path.absolute()) == run.config.data.name
    assert upload.title == "My _pets_"


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label)
    field.fill(value)
    field.press("Enter")
    settle(page)
