"""Interpolate and Compare: every image is what the model draws at the code that the page names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import vae_core
from vae_core.analysis import keyframe, latents_of, match_dimensions, walk
from vae_core.runs import Run

from .conftest import settle
from .looking import assert_shows, drag, drawn, expect_code, expect_query, query, ready, soon, still, wait_for_tiles

Open = Callable[..., Page]


def places(run: Run, *keys: str) -> torch.Tensor:
    return torch.from_numpy(np.stack([keyframe(key, latents_of(run)).z for key in keys]))


def at(page: Page) -> float:
    return float(page.locator(".interpolation .slider").input_value())


def opened(page: Page) -> Locator:
    main = ready(page, "interpolation").locator(".main")
    still(main)
    return main


@pytest.mark.parametrize("mode", ["linear", "spherical"])
def test_the_image_follows_the_scrubber(open_page: Open, store: vae_core.Store, mode: str) -> None:
    run = store.open("wide-1")
    between = places(run, "3", "m5", "8")
    page = open_page("interpolate?run=wide-1&keys=3~m5~8")
    main = opened(page)
    page.get_by_role("radio", name=mode.capitalize()).click()
    still(main)
    drag(page, page.locator(".interpolation .slider"), 0.5, 0.8, follows=main)
    found = still(main)
    assert 0.7 < at(page) < 0.9
    assert found == pytest.approx(walk(between, torch.tensor([at(page)]), mode)[0].tolist(), abs=1e-4)
    assert_shows(main, run)
    expect_query(page, at=f"{at(page):g}")
    assert query(page).get("path") == ("spherical" if mode == "spherical" else None)
    page.reload()
    assert still(opened(page)) == pytest.approx(found, abs=2e-3)


def test_the_strip_shows_the_whole_path(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    page = open_page("interpolate?run=plane-1&keys=0~4")
    main = opened(page)
    strip = page.locator(".interpolation .strip")
    codes = walk(places(run, "0", "4"), torch.linspace(0, 1, 12))
    wait_for_tiles(strip, np.stack([drawn(run, z) for z in codes]))
    strip.click(position={"x": 4, "y": 10})
    expect_code(main, codes[0].tolist())


def test_keys_play_and_jump(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    page = open_page("interpolate?run=plane-1&keys=0~4&at=0")
    main = opened(page)
    first = still(main)
    page.locator(".interpolation .slider").focus()
    page.keyboard.press("End")
    expect_code(main, places(run, "4")[0].tolist())
    page.get_by_role("button", name="Play").click()
    soon(page, lambda: 0 < at(page) < 1, "it does not play")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go to image 0").click()
    expect_code(main, first)
    assert_shows(main, run)


def test_picks_class_means_and_arithmetic_are_keyframes(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    page = open_page("interpolate?run=plane-1&picks=3,8,11")
    opened(page)
    expect(page.locator(".keyframe figcaption")).to_have_text(["image 3", "image 8", "image 11"])
    page.locator(".keyframe").get_by_role("button", name="Remove image 8").click()
    expect(page.locator(".keyframe figcaption")).to_have_text(["image 3", "image 11"])
    expect_query(page, keys="3~11")
    settle(page)
    box = page.get_by_role("combobox", name="Keyframes")
    box.fill("0-m1+m7")
    box.press("Enter")
    box.press("Tab")
    expect(page.locator(".keyframe")).to_have_count(3)
    settle(page)
    page.get_by_role("button", name="Go to image 0 − mean of 1 + mean of 7").click()
    main = page.locator(".interpolation .main")
    expect_code(main, places(run, "0-m1+m7")[0].tolist())
    assert_shows(main, run)
    expect_query(page, keys="3~11~0-m1+m7")
    page.reload()
    opened(page)
    expect(page.locator(".keyframe")).to_have_count(3)


def test_what_is_typed_stays_while_the_script_runs(open_page: Open) -> None:
    page = open_page("interpolate?run=plane-1&keys=0~4")
    opened(page)
    box = page.get_by_role("combobox", name="Keyframes")
    box.fill("0-m1+m7")
    move = """slider => {
      slider.value = 0.25;
      for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
    }"""
    page.locator(".interpolation .slider").evaluate(move)
    expect_query(page, at="0.25")
    settle(page)
    expect(box).to_have_value("0-m1+m7")
    box.press("Enter")
    expect_query(page, keys="0~4~0-m1+m7")


def test_a_keyframe_that_is_none_is_reported(open_page: Open) -> None:
    page = open_page("interpolate?run=plane-1&keys=0~m99~hello~4")
    expect(page.get_by_text("no test images of a class 99")).to_be_visible()
    expect(page.get_by_text("'hello'")).to_be_visible()
    opened(page)
    expect(page.locator(".keyframe")).to_have_count(2)


def test_the_path_is_a_file_to_take_away(open_page: Open) -> None:
    page = open_page("interpolate?run=plane-1&keys=0~4")
    opened(page)
    for kind, begin in (("PNG", b"\x89PNG"), ("GIF", b"GIF89a")):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        assert download.value.path().read_bytes().startswith(begin)
        assert download.value.suggested_filename.startswith("plane-1-0_4-linear")


def test_the_walk_goes_on_in_the_sliders(open_page: Open) -> None:
    page = open_page("interpolate?run=plane-1&keys=0~4&at=0.25")
    here = still(opened(page))
    page.get_by_role("button", name="Traverse from here").click()
    expect_code(ready(page, "traversal").locator(".main"), here)


def test_one_drag_makes_the_same_move_in_every_run(open_page: Open, store: vae_core.Store) -> None:
    runs = [store.open("plane-1"), store.open("wide-1")]
    codes = [latents_of(run) for run in runs]
    page = open_page("compare?run=plane-1&compare=plane-1,wide-1&image=6")
    page.get_by_role("tab", name="Traversals").click()
    found = ready(page, "comparison")
    views = [found.locator(f'.run[data-run="{run.id}"] .main') for run in runs]
    for view, known in zip(views, codes, strict=True):
        expect_code(view, known.mu[6].tolist())
    row = found.locator(".row").first
    dim = int(row.get_attribute("data-dim") or "")
    drag(page, row.locator(".slider"), 0.5, 0.95)
    moved = [np.array(still(view)) - known.mu[6] for view, known in zip(views, codes, strict=True)]
    match = match_dimensions(codes[0], codes[1])[dim]
    assert match is not None
    assert abs(moved[0][dim]) > 0.3
    assert moved[1][match.dim] == pytest.approx(match.sign * moved[0][dim], abs=1e-3)
    for view, run, change in zip(views, runs, moved, strict=True):
        assert (np.abs(change) > 1e-3).sum() == 1
        assert_shows(view, run)
    expect(found.locator('.run[data-run="wide-1"] .caption')).to_contain_text(f"z{match.dim}")
    before = still(views[1])
    page.wait_for_url("**move=*")
    settle(page)
    page.reload()  # the link knows the tab, too
    again = ready(page, "comparison").locator('.run[data-run="wide-1"] .main')
    expect_code(again, before)
    settle(page)
    page.get_by_label("Test image", exact=True).fill("9")
    page.get_by_label("Test image", exact=True).press("Enter")
    expect_code(again, (codes[1].mu[9] + moved[1]).tolist())
    page.get_by_role("button", name="Back to the image").click()
    expect_code(again, codes[1].mu[9].tolist())
