"""Every page in a real browser, by cold deep link, with runs of all kinds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import vae_core

from .conftest import settle

PAGES = ("home", "train", "map", "traverse", "interpolate", "compare")
RUNS = ("plane-1", "wide-1", "auto-1", "rgb-1")
TITLES = {"home": "latent space", "train": "Train", "map": "Map", "traverse": "Traverse", "interpolate": "Interpolate", "compare": "Compare"}  # fmt: skip


def assert_sound(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[name])
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[data-testid=stAlertContentError]").all_inner_texts() == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (800, True)])
def test_a_cold_deep_link_opens_the_page(open_page: Callable[..., Page], name: str, width: int, dark: bool) -> None:
    page = open_page("" if name == "home" else name, width=width, dark=dark)
    assert_sound(page, name)
    inner, wanted = page.evaluate("[window.innerWidth, document.documentElement.scrollWidth]")
    assert wanted <= inner, f"{name} is {wanted} pixels wide in a window of {inner}"


@pytest.mark.parametrize("name", ["map", "traverse", "interpolate", "compare"])
@pytest.mark.parametrize("run", RUNS)
def test_every_page_takes_every_kind_of_run(open_page: Callable[..., Page], name: str, run: str) -> None:
    page = open_page(f"{name}?run={run}&compare={run}")
    if name == "map":
        choose(page, "PCA")
    assert_sound(page, name)
    if name != "compare":
        assert f"run={run}" in page.url


def choose(page: Page, option: str) -> None:
    """Press one option of a segmented control."""
    page.get_by_role("radio", name=option).or_(page.get_by_role("button", name=option, exact=True)).first.click()
    settle(page)


def picture(page: Page, words: str) -> str:
    """The address of the picture whose alternative text begins with `words`; it names its content."""
    return page.get_by_alt_text(words).first.get_attribute("src") or ""


def test_moving_a_slider_changes_the_image_and_the_link(open_page: Callable[..., Page]) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    before = picture(page, "decoded from the sliders")
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(12):
        slider.press("ArrowRight")
    expect(page.get_by_alt_text("decoded from the sliders").first).not_to_have_attribute("src", before)
    settle(page)
    assert "z=0%2C0" not in page.url
    moved = picture(page, "decoded from the sliders")
    page.get_by_role("link", name="Map").click()
    settle(page)
    page.get_by_role("link", name="Traverse").click()
    settle(page)
    expect(page.get_by_alt_text("decoded from the sliders").first).to_be_visible()
    assert picture(page, "decoded from the sliders").rsplit("/", 1)[-1] == moved.rsplit("/", 1)[-1], "the code was lost"


def test_a_lasso_on_the_map_shows_the_images(open_page: Callable[..., Page]) -> None:
    page = open_page("map?run=plane-1")
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 120, y - 120)
    page.mouse.down()
    for across, down in ((120, -120), (120, 120), (-120, 120), (-120, -120)):
        page.mouse.move(x + across, y + down, steps=5)
    page.mouse.up()
    expect(page.get_by_alt_text("Test images over their reconstructions")).to_be_visible()
    assert "picks=" in page.url


def test_a_link_with_nonsense_is_told_in_a_sentence(open_page: Callable[..., Page]) -> None:
    page = open_page("traverse?run=plane-1&z=1,2,3&picks=99999999")
    expect(page.get_by_text("The link's code has 3 numbers")).to_be_visible()
    page = open_page("map?run=../../etc")
    expect(page.get_by_text("There is no run '../../etc'")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_path_between_two_images(open_page: Callable[..., Page]) -> None:
    page = open_page("interpolate?run=wide-1&picks=3,8")
    expect(page.get_by_alt_text("linear path from test image 3 to 8")).to_be_visible()
    choose(page, "Spherical")
    expect(page.get_by_alt_text("spherical path from test image 3 to 8")).to_be_visible()


def test_compare_shows_images_and_numbers(open_page: Callable[..., Page]) -> None:
    page = open_page("compare?compare=plane-1,wide-1")
    expect(page.get_by_alt_text("plane distortion")).to_be_visible()
    expect(page.get_by_alt_text("wide distortion")).to_be_visible()
    page.get_by_role("tab", name="Numbers").click()
    expect(page.get_by_text("Along a dotted line the ELBO is the same.")).to_be_visible()


def test_a_model_is_trained_and_explored(open_page: Callable[..., Page], store: vae_core.Store) -> None:
    """From an empty form to the sliders of the model, while a process of its own trains it."""
    before = {run.id for run in store.runs()}
    page = open_page("train")
    page.get_by_role("spinbutton", name="Epochs").fill("12")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    deadline = time.monotonic() + 90
    while not (found := {run.id for run in store.runs()} - before) or not finished(store, *found):
        assert time.monotonic() < deadline, "the run did not finish"
        page.wait_for_timeout(250)
    (trained,) = found
    expect(page.get_by_text("is trained.")).to_be_visible(timeout=30_000)
    settle(page)
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")
    settle(page)
    assert f"run={trained}" in page.url
    expect(page.get_by_alt_text("decoded from the sliders").first).to_be_visible()


def finished(store: vae_core.Store, id: str) -> bool:
    return store.open(id).status()["state"] == "done"
