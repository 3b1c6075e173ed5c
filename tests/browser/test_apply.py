"""Apply: paint a mask and see it filled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Locator, Page, expect

import vae_core

from .looking import expect_query, pixels, query, ready, soon, steady_box

Open = Callable[..., Page]


def settled(page: Page, found: Locator) -> None:
    """Wait until the search for what is on the page has come to its end."""
    soon(page, lambda: found.locator(".stage[data-progress]").get_attribute("data-progress") == "1", "no end")


def test_a_painted_mask_is_filled(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("apply?run=plane-1&image=3")
    found = ready(page, "repair")
    settled(page, found)
    image = store.open("plane-1").data("test").test.images[3, 0].numpy().astype(int)
    canvas, answer = found.locator(".painter canvas"), found.locator(".stage[data-progress] canvas")
    expect(found.get_by_text("nearest training image")).to_be_visible()
    found.get_by_role("button", name="Clear").click()
    soon(page, lambda: (pixels(canvas)[..., 0] == image).all(), "the mask is not cleared")

    box = steady_box(canvas)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"], steps=8)
    page.mouse.up()
    hidden = pixels(canvas)[..., 2] != pixels(canvas)[..., 0]  # the mask is orange, the image grey
    assert 0.02 < hidden.mean() < 0.4
    assert hidden[16, 10:22].all()
    settled(page, found)
    filled = pixels(answer)[..., 0]
    assert (filled[~hidden] == image[~hidden]).all()
    assert np.abs(filled[hidden] - image[hidden]).mean() < 100
    expect(found.locator(".stage[data-progress] .caption")).to_contain_text("dB")

    mask = query(page).get("mask")
    soon(page, lambda: query(page).get("mask") not in (None, mask) or mask is not None, "the mask is not in the link")
    page.reload()
    found = ready(page, "repair")
    settled(page, found)
    canvas = found.locator(".painter canvas")
    again = pixels(canvas)[..., 2] != pixels(canvas)[..., 0]
    assert (again == hidden).all()

    canvas.focus()
    canvas.press("ArrowLeft")
    expect(found.locator(".frame")).to_be_visible()
    canvas.press("Enter")
    soon(
        page, lambda: (pixels(canvas)[..., 2] != pixels(canvas)[..., 0]).sum() > hidden.sum(), "no rectangle is hidden"
    )
    canvas.press("Control+z")
    soon(page, lambda: ((pixels(canvas)[..., 2] != pixels(canvas)[..., 0]) == hidden).all(), "nothing is undone")

    found.get_by_role("radio", name="Few pixels").click()
    expect_query(page, task="small")
    settled(page, found)
    found.get_by_role("button", name="Several answers").click()
    expect(found.get_by_text("draws from p(z|y)")).to_be_visible()
    page.get_by_role("button", name="Open in Traverse").click()
    ready(page, "traversal")
