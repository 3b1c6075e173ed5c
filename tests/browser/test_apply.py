"""Apply: paint a mask and see it filled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import vae_core
from vae_core.analysis import latents_of

from .looking import assert_shows, drag, expect_code, expect_query, pixels, query, ready, soon, steady_box, still

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


def test_content_from_one_image_and_style_from_another(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("factors-1")
    mu = latents_of(run).mu
    page = open_page("apply?run=factors-1&tab=Mix&mix=3~8~0.5~all")
    found = ready(page, "mix")
    main = found.locator(".main")
    expect_code(main, ((mu[3] + mu[8]) / 2).tolist())
    drag(page, found.locator(".slider"), 0.5, 0.9, follows=main)
    share = float(found.locator(".slider").input_value())
    assert still(main) == pytest.approx((mu[3] + share * (mu[8] - mu[3])).tolist(), abs=1e-4)
    assert_shows(main, run)
    found.get_by_role("button", name="Nothing").click()
    expect_code(main, mu[3].tolist())
    found.locator(".from-b button").nth(2).click()  # a factor
    soon(page, lambda: found.locator(".row[data-taken=true]").count() > 0, "the factor has no dimensions")
    found.get_by_role("button", name="Nothing").click()
    row = found.locator(".row").first
    row.click()
    dim = int(row.get_attribute("data-dim") or "")
    wanted = mu[3].copy()
    wanted[dim] = mu[8][dim]
    expect_code(main, wanted.tolist())
    expect_query(page, mix=f"3~8~1~{dim}")
    page.reload()
    expect_code(ready(page, "mix").locator(".main"), wanted.tolist())
