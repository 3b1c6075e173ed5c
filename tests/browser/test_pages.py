"""Every page in a real browser, by cold deep link, with runs of all kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import vae_core
from vae_core.analysis import latents_of

from .conftest import settle
from .looking import assert_shows, expect_query, ready, soon

PAGES = ("home", "train", "map", "traverse", "interpolate", "compare", "measure", "diagnose", "generate", "apply")
RUNS = ("plane-1", "wide-1", "auto-1", "rgb-1", "classes-1", "rates-1", "words-1", "factors-1")
TITLES = {"home": "latent space", "train": "Train", "map": "Map", "traverse": "Traverse", "interpolate": "Interpolate", "compare": "Compare", "measure": "Measure", "diagnose": "Diagnose", "generate": "Generate", "apply": "Apply"}  # fmt: skip


def assert_sound(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[name])
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[data-testid=stAlertContentError]").all_inner_texts() == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (800, True)])
def test_a_cold_deep_link_opens_the_page(open_page: Callable[..., Page], name: str, width: int, dark: bool) -> None:
    page = open_page("" if name == "home" else name, width=width, dark=dark)
    assert_sound(page, name)
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    soon(page, lambda: page.evaluate(fits), f"{name} is wider than its window")


@pytest.mark.parametrize("run", RUNS)
def test_every_page_takes_every_kind_of_run(open_page: Callable[..., Page], run: str) -> None:
    page = open_page(f"traverse?run={run}&compare={run}")
    assert_sound(page, "traverse")
    for name in ("map", "interpolate", "compare", "measure", "diagnose", "generate", "apply"):
        page.get_by_role("link", name=TITLES[name]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[name])
        settle(page)
        if name == "map":
            choose(page, "PCA")
        assert_sound(page, name)
        expect_query(page, run=run)


def choose(page: Page, option: str) -> None:
    """Press one option of a segmented control."""
    page.get_by_role("radio", name=option).or_(page.get_by_role("button", name=option, exact=True)).first.click()
    settle(page)


def test_a_link_with_nonsense_is_reported_in_a_sentence(open_page: Callable[..., Page]) -> None:
    page = open_page("traverse?run=plane-1&z=1,2,3&picks=99999999")
    expect(page.get_by_text("The link's code has 3 numbers")).to_be_visible()
    page = open_page("map?run=../../etc")
    expect(page.get_by_text("There is no run '../../etc'")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_compare_shows_images_and_numbers(open_page: Callable[..., Page]) -> None:
    page = open_page("compare?compare=plane-1,wide-1")
    expect(page.get_by_alt_text("plane distortion")).to_be_visible()
    expect(page.get_by_alt_text("wide distortion")).to_be_visible()
    page.get_by_role("tab", name="Numbers").click()
    expect(page.get_by_text("Along a dotted line the ELBO is the same")).to_be_visible()


def test_a_model_is_trained_and_explored(open_page: Callable[..., Page], store: vae_core.Store) -> None:
    """From an empty form to the sliders of the model, while a process of its own trains it."""
    before = {run.id for run in store.runs()}
    page = open_page("train")
    page.get_by_role("spinbutton", name="Epochs").fill("12")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()

    def finished() -> list[str]:
        new = [run for run in store.runs() if run.id not in before and isinstance(run, vae_core.Run)]
        return [run.id for run in new if run.status()["state"] == "done"]

    soon(page, finished, "the run did not finish", seconds=300)
    (trained,) = finished()
    expect(page.get_by_text("is trained.")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")
    expect_query(page, run=trained)
    assert_shows(
        ready(page, "traversal").locator(".main"), store.open(trained), latents_of(store.open(trained)).mu[0].tolist()
    )
