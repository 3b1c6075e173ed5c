"""Home: the first card plays by itself, follows the pointer, and leads into Traverse at the place that it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import vae_core
from explorer.home.pictures import FRAMES
from vae_core.analysis import ANCHOR, at_nearest, best_dimensions, ends, latents_of

from .looking import query, ready, soon, steady_box

Open = Callable[..., Page]


def test_the_first_card_plays_and_leads_into_traverse(open_page: Open, store: vae_core.Store) -> None:
    page = open_page()
    card = ready(page, "featured")
    canvas = card.locator("canvas.main")

    def painted() -> int:
        return int(canvas.get_attribute("data-painted") or 0)

    before = painted()
    soon(page, lambda: painted() > before + 3, "it does not play")
    strip = card.locator(".sweep .jump").nth(1)
    strip.hover()
    expect(card.locator(".sweep").nth(1)).to_have_attribute("data-playing", "")
    rests = painted()
    page.wait_for_timeout(300)
    assert painted() == rests, "it rests while the pointer is on it"

    dim, box = int(card.locator(".sweep").nth(1).get_attribute("data-dim") or ""), steady_box(strip)
    strip.click(position={"x": 0.75 * box["width"], "y": box["height"] / 2})
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")
    soon(page, lambda: "z" in query(page), "no code in the address")
    run = at_nearest(store.open(query(page)["run"]))
    codes = latents_of(run)
    assert dim == list(best_dimensions(run, codes))[1]
    z = codes.mu[ANCHOR].astype(float).tolist()
    low, high = ends(codes, dim)
    z[dim] = low + 0.75 * (high - low)
    found = [float(part) for part in query(page)["z"].split(",")]
    assert found == pytest.approx(z, abs=(high - low) / box["width"] + 1e-3)


def test_who_wants_no_motion_gets_a_picture(open_page: Open) -> None:
    page = open_page("train")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("link", name="Home").first.click()
    card = ready(page, "featured")
    assert card.locator("canvas.main").get_attribute("data-painted") == "1"
    page.wait_for_timeout(500)
    assert card.locator("canvas.main").get_attribute("data-painted") == "1"
    card.get_by_role("button", name="Play").click()
    page.mouse.move(0, 0)
    canvas = card.locator("canvas.main")
    soon(page, lambda: int(canvas.get_attribute("data-painted") or 0) > FRAMES // 4, "it does not play after a click")
