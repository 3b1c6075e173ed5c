"""Training time under the thumb: images and points are those of the snapshot, and at rest it is the run in view."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import vae_core
from tests.browser.looking import drawn, expect_code_in_link, expect_query, pixels, soon, wait_for_pixels
from vae_core.analysis import flow_of, latents_of
from vae_core.runs import Run

Open = Callable[..., Page]
MOVE = "(slider, [value, rest]) => { slider.value = value; slider.dispatchEvent(new Event('input')); if (rest) slider.dispatchEvent(new Event('change')); }"


@pytest.fixture
def run(store: vae_core.Store) -> Run:
    return store.open("moments-1")


def time_slider(page: Page) -> Locator:
    page.wait_for_selector(".betascope.training[data-ready]")
    return page.locator(".training input[type=range]")


def test_the_image_is_that_of_each_moment_and_at_rest_the_run_is(open_page: Open, run: Run) -> None:
    page = open_page("traverse?run=moments-1&row=3")
    slider, main = time_slider(page), page.locator(".traversal canvas.main")
    moments = run.moments()
    for at in (4, 0, 2):
        slider.evaluate(MOVE, [at, False])
        moment = moments[at][1]
        wait_for_pixels(main, drawn(moment, torch.from_numpy(latents_of(moment).mu[3])), near=3)
        expect(page.locator(".training output")).to_have_text(f"step {moments[at][0]:,} of {moments[-1][0]:,}")
    expect_query(page, run="moments-1")
    slider.evaluate(MOVE, [2, True])
    expect_query(page, run=f"moments-1@{moments[2][0]}", row="3")
    code = latents_of(moments[2][1]).mu[3]
    expect_code_in_link(page, code.tolist())
    wait_for_pixels(page.locator(".traversal canvas.main"), drawn(moments[2][1], torch.from_numpy(code)), near=3)
    time_slider(page).evaluate(MOVE, [len(moments) - 1, True])
    expect_query(page, run="moments-1")


def test_a_code_of_no_image_stays_where_it_is(open_page: Open, run: Run) -> None:
    page = open_page("traverse?run=moments-1&z=0.5,-1")
    slider = time_slider(page)
    step, moment = run.moments()[1]
    slider.evaluate(MOVE, [1, False])
    wait_for_pixels(page.locator(".traversal canvas.main"), drawn(moment, [0.5, -1.0]), near=3)
    slider.evaluate(MOVE, [1, True])
    expect_query(page, run=f"moments-1@{step}", z="0.5,-1")


def test_points_flow_through_the_training(open_page: Open, run: Run) -> None:
    page = open_page("map?run=moments-1&method=plane")
    slider, view = time_slider(page), page.locator(".betascope.map")
    expect(view).to_have_attribute("data-ready", re.compile(r"map-"))
    at_end = view.get_attribute("data-ready")
    slider.evaluate(MOVE, [1, False])
    soon(page, lambda: view.get_attribute("data-moment") == "1", "the points do not arrive")
    moments = run.moments()
    positions = flow_of(run)
    for at, (_, moment) in enumerate(moments):
        assert np.allclose(positions[at], latents_of(moment).mu[: positions.shape[1]], atol=1e-4)
    slider.evaluate(MOVE, [1, True])
    expect_query(page, run=f"moments-1@{moments[1][0]}")
    fresh = page.locator(f".betascope.map[data-ready]:not([data-ready='{at_end}'])")
    expect(fresh).to_have_count(1)


def test_it_plays_to_the_end(open_page: Open, run: Run) -> None:
    moments = run.moments()
    page = open_page(f"traverse?run=moments-1@{moments[1][0]}")
    time_slider(page)
    page.get_by_role("button", name="Play the training").click()
    expect_query(page, run="moments-1")


def test_runs_are_compared_at_the_same_share_of_their_training(open_page: Open, run: Run) -> None:
    last = run.moments()[-1][0]
    step = run.moments()[2][0]
    share = float(f"{step / last:.3g}")
    page = open_page(f"compare?compare=moments-1,plane-1&time={share}&tab=Numbers")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(f"{share:.3g} of the steps", exact=True).first).to_be_visible()
    expect(main.get_by_role("slider", name="Training time")).to_have_count(1)


def test_no_slider_without_snapshots(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1")
    page.wait_for_selector(".traversal[data-ready]")
    expect(page.locator(".betascope.training")).to_have_count(0)


def test_pixels_of_the_film_are_those_of_the_canvas(open_page: Open, run: Run) -> None:
    """The image at the end, before and after a look at the beginning."""
    page = open_page("traverse?run=moments-1&row=1")
    slider, main = time_slider(page), page.locator(".traversal canvas.main")
    end = drawn(run, torch.from_numpy(latents_of(run).mu[1]))
    wait_for_pixels(main, end, near=3)
    slider.evaluate(MOVE, [0, False])
    soon(page, lambda: abs(pixels(main) - end).max() > 20, "the image stays")
    slider.evaluate(MOVE, [len(run.moments()) - 1, False])
    wait_for_pixels(main, end, near=3)


def test_new_snapshots_join_while_the_run_trains(
    open_page: Open, store: vae_core.Store, run: Run, tmp_path: Path
) -> None:
    shutil.copytree(run.path, store.root / "live-1", ignore=shutil.ignore_patterns(".lock"))
    live = store.open("live-1")
    *_, (step, newest) = [snapshot for snapshot in live.snapshots() if snapshot[0] < live.moments()[-1][0]]
    steps = [step for step, _ in live.moments()]
    newest.rename(tmp_path / newest.name)
    with live.lock:  # as the process that trains it
        live.set_status(state="running")
        page = open_page("traverse?run=live-1&row=3")
        slider = time_slider(page)
        expect(slider).to_have_attribute("max", str(len(steps) - 2))
        shutil.move(tmp_path / newest.name, newest)
        expect(slider).to_have_attribute("max", str(len(steps) - 1))
        slider.evaluate(MOVE, [steps.index(step), True])
        expect_query(page, run=f"live-1@{step}", row="3")
        time_slider(page).evaluate(MOVE, [len(steps) - 1, True])
        expect_query(page, run="live-1")
    live.set_status(state="done")
    expect(time_slider(page)).to_have_attribute("max", str(len(steps) - 1))
    shutil.rmtree(live.path)
