"""Models with a condition: the class, or β itself, under the thumb."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import torch
from playwright.sync_api import Page, expect

import vae_core
from vae_core.analysis import beta_steps, codes_along, decode, latents_of, rate_curve

from .conftest import settle
from .looking import drag, expect_code, pixels, ready, still, wait_for_pixels, wait_for_tiles

Open = Callable[..., Page]
STEPS = beta_steps(0.1, 100.0)


def grey(images: torch.Tensor) -> np.ndarray:
    """`(n, 1, H, W)` in [0, 1] → `(n, H, W, 3)`, 0 to 255."""
    return (images[:, 0, ..., None] * 255).round().numpy().astype(int).repeat(3, -1)


def test_the_image_follows_beta(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("rates-1")
    image = run.data("test").test.images[:1].permute(0, 2, 3, 1).numpy()
    along = codes_along(run.model(), image, STEPS)[0]
    page = open_page("traverse?run=rates-1")
    main = ready(page, "traversal").locator("canvas.main")
    expect_code(main, along[10])
    wait_for_pixels(main, grey(decode(run.model(), torch.tensor(along[10:11])))[0])
    before = pixels(main)
    slider = page.locator(".traversal .beta-slider")
    drag(page, slider, 1 / 3, 0.9)
    still(main)
    step = int(slider.input_value())
    assert step > 20
    expect_code(main, along[step])
    wanted = decode(run.at_beta(STEPS[step]).model(), torch.tensor(along[step : step + 1]))
    wait_for_pixels(main, grey(wanted)[0])
    assert np.abs(pixels(main) - before).max() > 5
    curve = rate_curve(run)
    dim = int(page.locator(".traversal .row").first.get_attribute("data-dim") or "")
    expect(page.locator(".traversal .row .weight").first).to_have_text(f"{curve.rate_per_dim[step][dim]:.2f}".replace("-", "−"))  # fmt: skip
    page.wait_for_url(f"**beta={STEPS[step]:g}*")
    page.reload()
    expect(page.locator(".traversal .beta-slider")).to_have_value(str(step))
    expect_code(ready(page, "traversal").locator("canvas.main"), along[step])


def test_beta_is_compared_on_its_curve(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("rates-1")
    page = open_page("compare?compare=rates-1,classes-1")
    strip = ready(page, "multirate").locator("canvas.strip")
    slider = page.locator(".multirate .beta-slider")
    drag(page, slider, 1 / 3, 0.6)
    step = int(slider.input_value())
    expect(strip).to_have_attribute("data-beta", f"{STEPS[step]:g}")
    images = run.data("test").test.images[:10].permute(0, 2, 3, 1).numpy()
    codes = torch.tensor(codes_along(run.model(), images, STEPS)[:, step])
    wait_for_tiles(strip, grey(decode(run.at_beta(STEPS[step]).model(), codes)))
    curve = rate_curve(run)
    expect(page.locator(".multirate .reading")).to_contain_text(f"distortion {curve.distortion[step]:.1f}")
    expect(page.locator(".multirate svg g circle title").first).to_have_text(re.compile("^classes"))


def test_any_class_in_the_style_of_an_image(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("classes-1")
    codes = latents_of(run)
    page = open_page("traverse?run=classes-1")
    main = ready(page, "traversal").locator("canvas.main")
    z = torch.tensor(codes.mu[:1])
    chosen = page.locator(".traversal .classes select")
    for label in (int(codes.labels[0]), 3, 8):
        chosen.select_option(str(label))
        still(main)
        expect_code(main, codes.mu[0])
        wait_for_pixels(main, grey(decode(run.model(), z, label))[0])
    page.wait_for_url("**class=8*")
    page.get_by_role("link", name="Interpolate").click()
    settle(page)
    ready(page, "interpolation")
    expect(page.get_by_role("combobox", name="Class")).to_have_value("8")
