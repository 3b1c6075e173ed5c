"""Traverse on a phone: fingers move sliders, the image stays in view while they scroll, and targets are large enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import settle
from .looking import COUNT, LIMIT, code_of, ready, soon, steady_box
from .serving import App

#: What is pressed and smaller than a finger needs.
SMALL = """(root, least) => [...root.querySelectorAll("button, select, summary, input")].filter((each) => {
  const { width, height } = each.getBoundingClientRect();
  return each.checkVisibility() && (width < least || height < least);
}).map((each) => `${each.outerHTML.slice(0, 90)} ${each.offsetWidth} × ${each.offsetHeight}`)"""


@pytest.fixture
def phone(browser: Browser, app: App) -> Iterator[Page]:
    """Traverse with 32 dimensions, most of which are folded away."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(1000 * LIMIT)
    context.add_init_script(COUNT)
    page = context.new_page()
    page.goto(f"{app.address}/traverse?run=wide-1")
    settle(page)
    yield page
    context.close()


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """One finger from start to end."""
    touches = page.context.new_cdp_session(page)
    steps = [tuple(a + (b - a) * step / 10 for a, b in zip(start, end, strict=True)) for step in range(11)]
    for kind, (x, y) in [("touchStart", steps[0]), *(("touchMove", step) for step in steps[1:])]:
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(15)
    touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touches.detach()


def test_fingers_drag_and_scroll(phone: Page) -> None:
    traversal = ready(phone, "traversal")
    main, slider = traversal.locator(".main"), traversal.locator(".slider:visible").first
    before = code_of(main)
    box = steady_box(slider)
    y = box["y"] + box["height"] / 2
    swipe(phone, (box["x"] + 0.5 * box["width"], y), (box["x"] + 0.95 * box["width"], y))
    soon(phone, lambda: code_of(main) != before, "the image does not follow the finger")

    traversal.locator("summary").last.tap()
    last = traversal.locator(".row").last
    expect(last).to_be_visible()

    def scrolled(target: Locator) -> bool:
        swipe(phone, (60, 800), (60, 300))
        place = target.bounding_box()
        return place is not None and place["y"] < 700

    soon(phone, lambda: scrolled(last), "a swipe does not scroll the page")
    expect(main).to_be_in_viewport(ratio=0.95)
    covered = "image => { const { x, y, width, height } = image.getBoundingClientRect(); return image.getRootNode().elementFromPoint(x + width / 2, y + 8) !== image; }"  # fmt: skip
    assert not main.evaluate(covered), "something lies over the image"


def test_targets_are_as_large_as_a_finger(phone: Page) -> None:
    assert ready(phone, "traversal").evaluate(SMALL, 44) == []
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    soon(phone, lambda: phone.evaluate(fits), "the page is wider than its window")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    links = phone.get_by_test_id("stSidebarNavLink")
    expect(links.first).to_be_in_viewport()
    heights = links.evaluate_all("links => links.map((link) => link.getBoundingClientRect().height)")
    assert min(heights) >= 44, heights
