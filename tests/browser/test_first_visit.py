"""Three pointers lead a new visitor to a model, a slider and the map, once; and Home asks what one wants to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.home.welcome import TASKS
from explorer.navigation import ENTRIES

from .conftest import profile, settle
from .looking import ready
from .serving import App

#: A browser that is driven by a program gets no tips unless it asks for the first one.
ASK = 'localStorage.getItem("betascope.first-steps") ?? localStorage.setItem("betascope.first-steps", "1")'


@pytest.fixture
def visitor(browser: Browser, app: App) -> Iterator[Page]:
    context = profile(browser)
    context.add_init_script(ASK)
    page = context.new_page()
    page.goto(app.address)
    settle(page)
    yield page
    context.close()


def test_three_pointers_once(visitor: Page, app: App) -> None:
    pointer = visitor.locator(".pointer")
    expect(pointer).to_contain_text("1 of 3")
    visitor.get_by_role("button", name="Drag its dimensions").click()
    expect(pointer).to_contain_text("2 of 3")
    ready(visitor, "traversal").locator(".row .slider").first.press("ArrowRight")
    expect(pointer).to_contain_text("3 of 3")
    visitor.get_by_role("link", name="Map", exact=True).click()
    ready(visitor, "map")
    expect(pointer).to_be_hidden()
    visitor.goto(app.address)
    settle(visitor)
    expect(visitor.get_by_role("button", name="Drag its dimensions")).to_be_visible()
    visitor.wait_for_timeout(600)  # two looks of the pointer at where things are
    expect(pointer).to_be_hidden()


def test_who_skips_sees_none_again(visitor: Page, app: App) -> None:
    pointer = visitor.locator(".pointer")
    expect(pointer).to_contain_text("1 of 3")
    pointer.get_by_role("button", name="Skip").click()
    expect(pointer).to_be_hidden()
    visitor.goto(f"{app.address}/traverse?run=plane-1")
    ready(visitor, "traversal")
    visitor.wait_for_timeout(600)
    expect(pointer).to_be_hidden()


def test_each_answer_leads_to_its_page(visitor: Page) -> None:
    visitor.locator(".pointer").get_by_role("button", name="Skip").click()
    for task in (TASKS[1], TASKS[3], TASKS[9]):
        visitor.get_by_role("button", name=task.label, exact=True).click()
        expect(visitor.get_by_role("heading", level=1)).to_contain_text(ENTRIES[task.page].title)
        visitor.get_by_role("link", name="Home", exact=True).click()
        expect(visitor.get_by_role("heading", level=1)).to_contain_text("See what")
