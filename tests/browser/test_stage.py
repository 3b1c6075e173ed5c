"""On a stage: the shipped tour by one key alone, stage mode by keys, and what a server that starts again leaves as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

import vae_core
from explorer.stage.saved import FIRST
from explorer.stage.tours import Tour, View, from_bytes, from_text, to_text
from vae_core.runs.store import GALLERY

from .conftest import profile, settle
from .looking import (
    assert_shows,
    expect_code,
    expect_code_in_link,
    expect_query,
    query,
    quiet,
    ready,
    soon,
    steady_box,
    still,
)
from .serving import free_port, running_app

Open = Callable[..., Page]
#: Page → what shows its model there, once it is drawn.
SHOWN = {"map": ".map[data-ready]", "traverse": ".traversal[data-ready]", "interpolate": ".interpolation[data-ready]", "learn": ".learn[data-ready]"}  # fmt: skip
TABS = {"Traversals": ".comparison[data-ready]", "Matrices": ".js-plotly-plot", "": "[data-testid=stImage] img"}
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
DARK = "rgb(17, 20, 28)"
PLANE = to_text(Tour("Plane", (View("map?run=plane-1"), View("traverse?run=plane-1&z=0,0", "Drag it"), View("traverse?run=plane-1&z=1,-1", "There"))))  # fmt: skip


def at_view(page: Page, number: int) -> None:
    """Wait until the tour has arrived at a view."""
    expect_query(page, n=str(number))
    expect(page.locator(".on-stage .bar")).to_have_attribute("data-n", str(number))
    settle(page)


def models(page: Page, view: View) -> Locator:
    """What shows the model of a view."""
    return page.locator(SHOWN.get(view.page) or TABS[view.query.get("tab", "")]).locator("visible=true")


def run_of(view: View) -> vae_core.Run:
    """The run in view, at its β."""
    run = vae_core.Store().open(view.query["run"])
    return run.at_beta(float(view.query["beta"])) if "beta" in view.query else run


def test_the_shipped_tour_from_start_to_end_by_one_key(open_page: Open) -> None:
    tour = from_bytes((GALLERY / "beta-in-ten-minutes.json").read_bytes(), FIRST)
    page = open_page()
    page.get_by_role("button", name="Give a talk").click()
    for number, view in enumerate(tour.views, 1):
        if number > 1:
            page.keyboard.press("PageDown")
        at_view(page, number)
        expect(models(page, view).first).to_be_visible()
        expect(page.locator(".on-stage .said")).to_have_text(view.caption)
        expect_query(page, **view.query)
        assert page.url.partition("?")[0].endswith(f"/{view.page}")
        expect(page.locator("[data-testid=stException], [data-testid=stAlertContentError]")).to_have_count(0)
        if view.page in ("traverse", "interpolate"):
            assert_shows(models(page, view).first.locator("canvas.main"), run_of(view))
    page.keyboard.press("PageDown")  # the last one stays
    assert page.evaluate(BACKGROUND) == DARK
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    page.keyboard.press("PageUp")
    at_view(page, len(tour.views) - 1)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    soon(page, lambda: page.evaluate(BACKGROUND) == "rgb(255, 255, 255)", "it stays dark off the stage")
    soon(page, lambda: "stage" not in query(page), "stage mode is still in the link")
    page.get_by_role("button", name="End tour").click()
    expect(page.locator(".on-stage .bar")).to_be_hidden()


def test_every_action_has_a_key(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    found = ready(page, "traversal")
    main = found.locator(".main")
    expect_code(main, [0, 0])
    width = steady_box(main)["width"]
    page.keyboard.press("f")
    expect_query(page, stage="1")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    soon(page, lambda: page.evaluate(BACKGROUND) == DARK, "it is not dark")
    assert steady_box(main)["width"] > width * 1.2
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    soon(page, lambda: still(main) != [0, 0], "the first slider has no key")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Next view of the tour")
    letter = keys.locator("dl div", has_text="Prior mean").locator("kbd").inner_text()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.keyboard.press(letter)
    expect_code(main, [0, 0])
    page.keyboard.press("b")
    black = "() => document.documentElement.hasAttribute('data-black')"
    assert page.evaluate(black)
    page.keyboard.press("b")
    assert not page.evaluate(black)
    page.keyboard.press("k")
    expect(page.get_by_text("View 1 of the tour")).to_be_visible()
    soon(page, lambda: "tour" in query(page), "the view was not kept")
    kept = from_text(query(page)["tour"])
    assert [view.page for view in kept.views] == ["traverse"]
    assert kept.views[0].query["run"] == "plane-1"
    assert "stage" not in kept.views[0].query
    page.get_by_label("Test image").first.focus()
    page.keyboard.type("f")  # a field for text
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()


def test_a_tour_survives_a_reload_and_a_server_that_starts_again(
    browser: Browser, store: vae_core.Store, tmp_path: Path
) -> None:
    """In the middle of a drag; then the tour goes on."""
    run, port, log = store.open("plane-1"), free_port(), tmp_path / "log.txt"
    context = profile(browser)
    page = context.new_page()
    slider = page.locator(".traversal .slider").first
    with running_app(store.root, log, port=port) as app:
        page.goto(f"{app.address}/map?run=plane-1&stage=1&tour={PLANE}&n=1")
        settle(page)
        ready(page, "map")
        page.keyboard.press("PageDown")
        at_view(page, 2)
        main = ready(page, "traversal").locator(".main")
        expect_code(main, [0, 0])
        quiet(page)
        box = steady_box(slider)
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
        page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=8)
    after = still(main)  # decoded in this browser: the network is off
    assert abs(after[0]) + abs(after[1]) > 0.5
    page.mouse.up()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("?")
    with running_app(store.root, log, port=port):
        soon(page, lambda: "z" in query(page) and query(page)["z"] != "0,0", "what was dragged meanwhile is lost", 240)
        expect_query(page, n="2", stage="1", tour=PLANE)
        expect_code(main, after)
        page.reload()
        at_view(page, 2)
        main = ready(page, "traversal").locator(".main")
        expect_code(main, after)
        assert_shows(main, run)
        assert page.evaluate(BACKGROUND) == DARK
        page.keyboard.press("PageDown")
        at_view(page, 3)
        expect_code(ready(page, "traversal").locator(".main"), [1, -1])
        page.keyboard.press("PageUp")
        at_view(page, 2)
        expect_code(ready(page, "traversal").locator(".main"), [0, 0])
    context.close()
    assert "Traceback" not in log.read_text()


def test_a_laptop_that_sleeps_in_the_middle_of_a_drag(open_page: Open, store: vae_core.Store) -> None:
    page = open_page(f"traverse?run=plane-1&z=0,0&stage=1&tour={PLANE}&n=2")
    at_view(page, 2)
    main, slider = ready(page, "traversal").locator(".main"), page.locator(".traversal .slider").first
    expect_code(main, [0, 0])
    box = steady_box(slider)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2, steps=4)
    lid = page.context.new_cdp_session(page)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    page.wait_for_timeout(3000)
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    after = still(main)
    assert max(map(abs, after)) > 1
    assert_shows(main, store.open("plane-1"))
    expect_code_in_link(page, after)
    expect_query(page, n="2", stage="1", tour=PLANE)
    page.keyboard.press("PageDown")
    at_view(page, 3)
    expect_code(ready(page, "traversal").locator(".main"), [1, -1])


def test_a_tour_is_printed_a_page_for_each_view(open_page: Open) -> None:
    page = open_page(f"tour?tour={PLANE}")
    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="Print or PDF").click()
    soon(page, lambda: page.evaluate("window.printed === true"), "the dialog does not open", 240)
    for number, name in enumerate(("map", "traversal", "traversal")):
        frame = page.frame_locator(".tour-paper iframe").nth(number)
        expect(frame.locator(f".{name}[data-ready]").first).to_be_visible()
        expect(frame.get_by_test_id("stSidebar")).to_be_hidden()
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 3


def test_a_phone_plays_a_tour_by_its_buttons(open_page: Open) -> None:
    page = open_page(f"map?run=plane-1&stage=1&tour={PLANE}&n=1", width=390, height=844)
    ready(page, "map")
    page.get_by_role("button", name="Next view").click()
    at_view(page, 2)
    expect_code(ready(page, "traversal").locator(".main"), [0, 0])
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    soon(page, lambda: page.evaluate(fits), "the stage is wider than a phone")
    assert min(steady_box(page.get_by_role("button", name="Next view")).values()) >= 0
    assert steady_box(page.get_by_role("button", name="Next view"))["height"] >= 44
