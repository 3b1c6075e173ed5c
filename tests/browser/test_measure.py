"""Measure, Traverse's factors and Generate's files in a real browser, over a run whose factors are known."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect

import vae_core
from vae_core.analysis import cached_scores, latents_of, names_of
from vae_core.analysis.scores.responses import information_of

from .conftest import settle
from .looking import ready, soon, steady_box

Open = Callable[..., Page]


def test_scores_are_computed_on_demand_and_taken_away(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("measure?run=factors-1&compare=factors-1")
    page.get_by_role("button", name="Measure 1 row").click()
    measured = partial(cached_scores, store.open("factors-1"), names_of("fast"))
    soon(page, lambda: measured() is not None, "it is not measured", seconds=300)
    expect(page.get_by_text("is being measured")).to_have_count(0, timeout=300_000)
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    row = next(csv.DictReader(io.StringIO(download.value.path().read_text())))
    known = measured()
    assert known is not None
    assert float(row["MIG"]) == known["mig"].value
    assert float(row["MIG low"]) < known["mig"].value < float(row["MIG high"])
    with page.expect_download() as download:
        page.get_by_role("button", name="LaTeX").click()
    assert f"{known['mig'].value:.3f} $\\pm$" in download.value.path().read_text()


def test_a_cell_opens_its_dimension_beside_its_factor(open_page: Open, store: vae_core.Store) -> None:
    codes = latents_of(store.open("factors-1"))
    page = open_page("measure?run=factors-1&compare=factors-1&tab=Matrices")
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    expect(plot).to_be_visible()
    settle(page)
    _, names = information_of(codes)
    for row, column in ((1, 3), (2, 0)):
        box = steady_box(plot)
        x, y = (
            box["x"] + box["width"] * (column + 0.5) / len(names),
            box["y"] + box["height"] * (row + 0.5) / codes.dims,
        )
        page.mouse.move(x - 3, y - 2)
        page.mouse.click(x, y)
        words = f"z{codes.order()[row]} and {names[column].replace('_', ' ')}"
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        settle(page)
        page.wait_for_timeout(500)  # sooner, plotly takes the next click for the second of a double click
    expect(page.get_by_alt_text(f"Traversal of z{codes.order()[2]}")).to_be_visible()
    page.get_by_role("button", name=f"Drag z{codes.order()[2]}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")


def test_sliders_say_what_their_dimension_tells(open_page: Open, store: vae_core.Store) -> None:
    codes = latents_of(store.open("factors-1"))
    page = open_page("traverse?run=factors-1")
    found = ready(page, "traversal")
    dim = int(found.locator(".row").first.get_attribute("data-dim") or "")
    cells = found.locator(".row").first.locator(".tells span")
    expect(cells).to_have_count(5)
    expect(cells.first).to_have_attribute("title", re.compile(f"z{dim} tells"))
    expect(found.locator(".heads span").first).to_have_text(codes.factor_names[0].replace("_", " "))
    expect(ready(open_page("traverse?run=plane-1"), "traversal").locator(".tells")).to_have_count(0)


def test_samples_are_taken_away_as_files(open_page: Open) -> None:
    page = open_page("generate?run=classes-1")
    wanted = page.get_by_label("Images in the file")
    wanted.fill("30")
    wanted.press("Enter")
    settle(page)
    # A click before the page is drawn with the new number packs 1,000, or asks for a file that is no longer offered.
    expect(page.get_by_text("ZIP: 30 PNG files")).to_be_visible()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == 30
