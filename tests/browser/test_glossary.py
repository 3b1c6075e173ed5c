"""The technical words of a page: a list of them, and what each means where the pointer rests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from vae_core.glossary import meaning, words_in

from .looking import ready, soon

Open = Callable[..., Page]
#: Where the marked words with this text are on the screen.
PLACES = """text => [...(CSS.highlights.get("glossary") ?? [])].filter((range) => range.toString() === text)
  .map((range) => range.getBoundingClientRect()).map(({ x, y, width, height }) => [x + width / 2, y + height / 2])"""


def rest_on(page: Page, text: str) -> None:
    """Put the pointer on the first place of a word and leave it there, until its meaning is shown: the page may still move."""

    def shown() -> bool:
        places = page.evaluate(PLACES, text)
        if places:
            page.mouse.move(*places[0], steps=2)
            page.wait_for_timeout(500)
        return page.locator(".hint").is_visible()

    soon(page, shown, f"{text!r} is not explained")


@pytest.mark.parametrize(
    "place",
    ["", "map?run=plane-1&method=plane", "compare?compare=plane-1,wide-1&tab=Numbers", "learn?chapter=3", "train"],
)
def test_the_list_has_every_word_of_the_page(open_page: Open, place: str) -> None:
    page = open_page(place)

    def complete() -> bool:
        """Paragraphs with formulas come last, after the script has ended."""
        page.get_by_role("button", name="Words and keys").click()
        listed = page.locator(".help section").first.locator("div")
        expect(page.locator(".help h2").first).to_have_text("Words on this page")
        found = {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in listed.all()}
        assert found == {name: meaning(name) for name in found}
        wanted = {word.name for word in words_in(page.locator('[data-testid="stMain"] p').all_inner_texts())}
        page.keyboard.press("Escape")
        expect(page.locator(".help")).to_be_hidden()
        return bool(wanted) and wanted <= set(found)

    soon(page, complete, "a word of the page is not in the list")


def test_a_pointer_that_rests_on_a_word_shows_its_meaning(open_page: Open) -> None:
    page = open_page("map?run=plane-1&method=plane")
    ready(page, "map")
    hint = page.locator(".hint")
    rest_on(page, "posterior means")
    expect(hint).to_have_text(f"Posterior {meaning('posterior')}")
    page.mouse.move(5, 5)
    expect(hint).to_be_hidden()


def test_words_in_components_have_meanings_too(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1&row=3")
    ready(page, "traversal")
    rest_on(page, "test image")
    expect(page.locator(".hint")).to_contain_text(meaning("test image"))
