"""A file to take away: opened from the disk with the network off, it shows what the model draws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page, expect

import vae_core
from explorer.stage.tours import Tour, View, to_bytes
from explorer.take_away import contents
from explorer.take_away.page import write_page
from vae_core.analysis import Latents, MapConfig, latents_of

from .conftest import is_problem, profile
from .looking import assert_shows, code_of, drag, expect_code, pixels, ready, soon, still

LARGEST = 20 * 2**20


@pytest.fixture(scope="module")
def file(store: vae_core.Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs on the same images, in one file, with PCA in place of UMAP, which takes seconds."""
    path = tmp_path_factory.mktemp("away") / "models & more.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "best_map", flat_map_of)
        write_page([store.open("wide-1"), store.open("plane-1")], path)
    return path


def flat_map_of(codes: Latents) -> MapConfig:
    return MapConfig(method="plane" if codes.dims == 2 else "pca")


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The file in a browser that is offline; fails on console errors and on any request."""
    context = profile(browser)
    context.set_offline(True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
    page.goto(file.as_uri())
    yield page
    context.close()
    assert not problems, problems


def tab(page: Page, title: str) -> None:
    page.get_by_role("tab", name=title, exact=True).click()


def test_it_is_one_small_file(file: Path) -> None:
    assert file.stat().st_size < LARGEST


def test_the_image_follows_the_thumb(page: Page, store: vae_core.Store) -> None:
    run = store.open("wide-1")
    main = ready(page, "traversal").locator("canvas.main")
    expect_code(main, latents_of(run).mu[0].tolist())
    assert_shows(main, run)
    before = pixels(main)
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.95, follows=main)
    still(main)
    assert_shows(main, run)
    assert abs(pixels(main) - before).max() > 1
    page.get_by_role("button", name="Random draw").click()
    soon(page, lambda: max(map(abs, code_of(main))) > 0.3, "no draw from the prior")
    assert_shows(main, run)


def test_the_map_shows_points_and_what_lies_between(page: Page) -> None:
    tab(page, "Map plane")
    found = page.locator("section:not([hidden]) .map[data-ready]")
    expect(found).to_be_visible()
    box = found.locator(".over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(found.locator(".tip")).to_be_visible()


def test_runs_are_compared(page: Page, store: vae_core.Store) -> None:
    tab(page, "Compare")
    found = ready(page, "comparison")
    canvas = found.locator("canvas.main").nth(1)
    plane = store.open("plane-1")
    soon(page, lambda: canvas.get_attribute("data-z") is not None, "not drawn")
    assert_shows(canvas, plane)


def test_the_numbers_are_those_of_the_app(page: Page, store: vae_core.Store) -> None:
    tab(page, "Numbers")
    row = page.locator(".numbers tbody tr", has_text="plane")
    elbo = (store.open("plane-1").evaluation() or {})["elbo"]
    expect(row).to_contain_text(f"{elbo:.4g}")


def test_a_dropped_image_is_encoded(page: Page, store: vae_core.Store) -> None:
    run = store.open("wide-1")
    main = ready(page, "traversal").locator("canvas.main")
    still(main)
    image = run.data("test").test.images[5]
    with torch.no_grad():
        wanted = run.model().embed(image[None].float() / 255)[0]
    page.evaluate(
        """async ([element, pixels, side]) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
          const data = new ImageData(side, side);
          pixels.forEach((value, at) => data.data.set([value, value, value, 255], 4 * at));
          canvas.getContext("2d").putImageData(data, 0, 0);
          const blob = await new Promise((done) => canvas.toBlob(done));
          const transfer = new DataTransfer();
          transfer.items.add(new File([blob], "digit.png", { type: "image/png" }));
          element.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }""",
        [page.locator(".traversal").first.element_handle(), image.flatten().tolist(), image.shape[1]],
    )
    expect_code(main, wanted.tolist(), tolerance=0.05)


def test_a_tour_is_turned_like_the_pages_of_a_talk(browser: Browser, store: vae_core.Store, tmp_path: Path) -> None:
    views = [
        View("traverse?run=plane-1&z=1,-0.5", "Two numbers are a digit."),
        View("map?run=plane-1&method=plane", "Where all digits lie."),
        View("measure?run=plane-1", "In the app alone."),
        View("traverse?run=plane-1&row=3", "A test image."),
    ]
    (tmp_path / "tour.json").write_bytes(to_bytes(Tour("Two <numbers>", tuple(views))))
    run, file = store.open("plane-1"), tmp_path / "tour.html"
    write_page([run], file, tour=tmp_path / "tour.json")
    context = profile(browser)
    context.set_offline(True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    assert page.title() == "Two <numbers>"
    shown = page.locator("section:not([hidden])")
    expect(shown.locator(".said")).to_have_text("Two numbers are a digit.")
    assert_shows(shown.locator(".traversal[data-ready] canvas.main"), run, [1, -0.5])
    page.keyboard.press("PageDown")
    expect(shown.locator(".said")).to_have_text("Where all digits lie.")
    expect(shown.locator(".map[data-ready]")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(shown.locator(".note")).to_have_text("A page of the app: measure?run=plane-1")
    page.keyboard.press("PageDown")
    assert_shows(shown.locator(".traversal[data-ready] canvas.main"), run, latents_of(run).mu[3].tolist())
    page.keyboard.press("PageDown")  # the last one stays
    page.keyboard.press("PageUp")
    expect(shown.locator(".note")).to_be_visible()
    context.close()
    assert not problems
