"""Every page, light and dark, without a violation of axe-core's rules."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .axe import PLACES, SCHEMES, SCRIPT, Violation, turn, violations
from .conftest import profile, settle
from .looking import ready, soon
from .serving import App


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """One page for all visits: it loads the app's files once."""
    if not SCRIPT.exists():
        message = f"{SCRIPT} is missing: make node_modules/.installed"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    context = profile(browser)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(visitor: Page, app: App, place: str) -> None:
    visitor.emulate_media(color_scheme="light")
    visitor.goto(f"{app.address}/{place}")
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    settle(visitor)
    for scheme in SCHEMES:
        turn(visitor, scheme)
        found: list[list[Violation]] = []

        def clean(found: list[list[Violation]] = found) -> bool:  # colours that fade are between two for a moment
            found.append(violations(visitor))
            return not found[-1]

        try:
            soon(visitor, clean, "axe", seconds=5)
        except AssertionError:
            pytest.fail(f"{scheme}:\n" + "\n".join(map(str, found[-1])))


def test_nothing_plays_by_itself_with_reduced_motion(visitor: Page, app: App) -> None:
    visitor.emulate_media(color_scheme="light", reduced_motion="reduce")
    for place, name, count in (("", "featured", "data-painted"), ("learn?chapter=2", "noise", "data-draws")):
        visitor.goto(f"{app.address}/{place}")
        found = ready(visitor, name)
        expect(found.get_by_role("button", name="Play")).to_be_visible()
        counted = found.locator("canvas.main") if name == "featured" else found
        before = counted.get_attribute(count)
        visitor.wait_for_timeout(500)
        assert counted.get_attribute(count) == before, name
    visitor.emulate_media(reduced_motion="no-preference")
