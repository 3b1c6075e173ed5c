"""Journeys without a mouse: Tab reaches what moves, keys move it, a ring shows where one is, and words say what came of it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

import vae_core

from .conftest import settle
from .looking import assert_shows, code_of, query, quiet, ready, soon

Open = Callable[..., Page]
HAS_FOCUS = "element => element.getRootNode().activeElement === element"
RING = "element => { const { outlineStyle, outlineWidth } = getComputedStyle(element); return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }"  # fmt: skip


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(150):
        if wanted.evaluate(HAS_FOCUS):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def tab_into(page: Page, wanted: Locator) -> None:
    """The same, for parts of components, which have a ring of their own."""
    tab_to(page, wanted)
    assert wanted.evaluate(RING), f"no ring around {wanted}"


def test_from_home_to_a_dimension(open_page: Open) -> None:
    page = open_page()
    ready(page, "featured")
    tab_to(page, page.get_by_role("button", name="Explore").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")
    settle(page)
    traversal = ready(page, "traversal")
    slider, main = traversal.locator(".slider").first, traversal.locator(".main")
    before = code_of(main)
    tab_into(page, slider)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    soon(page, lambda: code_of(main) != before, "the image does not follow the arrows")
    dim = traversal.locator(".row").first.get_attribute("data-dim")
    spoken = traversal.locator(".spoken")
    soon(page, lambda: (spoken.text_content() or "").startswith(f"z{dim}"), "no words for where the slider is")
    said = (spoken.text_content() or "").replace("−", "-")
    value = code_of(main)[int(dim or 0)]
    assert f" at {value:.2f}: the image changed by " in said, said
    expect(main).to_have_attribute("aria-label", spoken.text_content() or "")
    soon(page, lambda: "z" in query(page), "no code in the address")


def test_the_map(open_page: Open) -> None:
    page = open_page("map?run=plane-1")
    found = ready(page, "map")
    tab_into(page, found.locator(".over"))
    for _ in range(60):
        page.keyboard.press("ArrowRight")
        quiet(page)  # the picture of this very place is there
        if found.locator(".tip").get_attribute("data-kind") == "image":
            break
    page.keyboard.press("Enter")
    soon(page, lambda: "picks" in query(page), "Enter picks nothing")


def test_interpolate(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("interpolate?run=plane-1")
    found = ready(page, "interpolation")
    main = found.locator(".main")
    before = code_of(main)
    tab_into(page, found.locator(".slider"))
    page.keyboard.press("End")
    soon(page, lambda: code_of(main) != before, "the image does not follow")
    assert_shows(main, store.open("plane-1"))
    soon(page, lambda: "100 % from" in (found.locator(".spoken").text_content() or ""), "no words for the place")
    tab_into(page, found.get_by_role("button", name="Play"))
    page.keyboard.press("Space")
    soon(page, lambda: code_of(main) != before, "it does not play")
    expect(found.get_by_role("button", name="Pause")).to_be_visible()


def test_compare(open_page: Open) -> None:
    page = open_page("compare?run=plane-1&compare=plane-1,wide-1")
    tab_to(page, page.get_by_role("tab").first)
    page.keyboard.press("ArrowRight")
    found = ready(page, "comparison")
    settle(page)
    main = found.locator("[data-run=plane-1] .main")
    before = code_of(main)
    tab_into(page, found.locator(".slider").first)
    page.keyboard.press("End")
    soon(page, lambda: code_of(main) != before, "the image does not follow")
    soon(page, lambda: " at " in (main.get_attribute("aria-label") or ""), "no words for the image")


def test_learn(open_page: Open) -> None:
    page = open_page("learn?chapter=2")
    found = ready(page, "noise")
    before = found.get_attribute("data-mu") or ""
    tab_into(page, found.locator("canvas.plane"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")

    def moved() -> bool:
        (x0, y0), (x, y) = ([float(part) for part in text.split(",")] for text in (before, found.get_attribute("data-mu") or ""))  # fmt: skip
        return x > x0 and y > y0

    soon(page, moved, "arrows do not move the mean")
    tab_into(page, found.get_by_role("button", name="Pause"))
    page.keyboard.press("Enter")
    expect(found.get_by_role("button", name="Play")).to_be_visible()
