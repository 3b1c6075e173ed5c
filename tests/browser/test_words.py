"""A code that is a grid of words: pick a cell, swap its word, and the image is what the model draws."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import vae_core
from vae_core.analysis import latents_of

from .looking import code_of, drawn, expect_code, ready, soon, wait_for_pixels

Open = Callable[..., Page]


def shows(canvas: Locator, run: vae_core.Run, z: torch.Tensor) -> None:
    expect_code(canvas, z.tolist(), tolerance=1e-3)
    wait_for_pixels(canvas, drawn(run, z))


def test_a_word_is_swapped_and_brought_back(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("words-1")
    model, z = run.model(), torch.tensor(latents_of(run).mu[0])
    page = open_page("traverse?run=words-1")
    view = ready(page, "codes")
    main = view.locator("canvas.main")
    shows(main, run, z)
    view.get_by_role("gridcell", name="Row 2, column 2").click()
    page.keyboard.press("ArrowRight")
    cell = view.locator(".cell[aria-selected=true]")
    indices = model.nearest(z[None])[0]
    expect(cell).to_have_attribute("aria-label", f"Row 2, column 3: word {indices[6]}")
    far = (model.words - model.words[indices[6]]).norm(dim=1)
    order = far.argsort()
    candidates = view.locator(".candidate")
    expect(candidates.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(candidates.nth(3).locator("figcaption")).to_have_text(f"{order[3]} · {far[order[3]]:.2f}")
    swapped = indices.clone()
    swapped[6] = order[3]
    z_swapped = model.lookup(swapped[None])[0]
    wait_for_pixels(candidates.nth(3).locator("canvas"), drawn(run, z_swapped))
    candidates.nth(3).click()
    shows(main, run, z_swapped)
    expect(cell).to_have_attribute("aria-label", f"Row 2, column 3: word {order[3]}")
    page.keyboard.press("Control+z")
    shows(main, run, z)
    view.get_by_role("button", name="Random draw").click()
    soon(page, lambda: code_of(main) != pytest.approx(z.tolist(), abs=1e-3), "the draw is not shown")
    draw = code_of(main)
    view.get_by_role("button", name="Random image").click()
    soon(page, lambda: code_of(main) != draw, "the random image is not shown")
    row = int(view.get_by_label("Test image").first.input_value())
    shows(main, run, torch.tensor(latents_of(run).mu[row]))
    page.wait_for_url(f"**row={row}*")
    page.reload()
    shows(ready(page, "codes").locator("canvas.main"), run, torch.tensor(latents_of(run).mu[row]))
