"""Learn in a browser: what is moved changes the numbers and images as the formula says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page

import vae_core
from explorer.learn.collapse import MODELS
from vae_core.analysis import decode, mig_matrix, rate_curve

from .looking import assert_shows, pixels, ready, soon

Open = Callable[..., Page]


def numbers(found: Locator, name: str) -> list[float]:
    return [float(value) for value in (found.get_attribute(f"data-{name}") or "nan").split(",")]


def set_slider(slider: Locator, value: float) -> None:
    slider.evaluate("(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')) }", value)


@pytest.fixture(scope="module")
def gallery() -> vae_core.Store:
    return vae_core.Store()


def test_a_drawing_becomes_the_gaussian_that_the_encoder_gives_it(open_page: Open, gallery: vae_core.Store) -> None:
    run = gallery.open("gallery/mnist-2d")
    page = open_page("learn")
    found = ready(page, "learn")
    page.get_by_role("button", name="Clear").click()
    soon(page, lambda: found.get_attribute("data-mu") == "", "an empty pad has no code")
    box = found.locator("canvas.pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()

    def agrees() -> bool:
        seen = torch.from_numpy(pixels(found.locator("canvas.seen"))[:, :, 0]).float()[None, None] / 255
        with torch.no_grad():
            code = run.model().encode(seen)
        mu, sigma = numbers(found, "mu"), numbers(found, "sigma")
        wanted = (0.5 * code.logvar[0]).exp().tolist()
        return mu == pytest.approx(code.mu[0].tolist(), abs=1e-3) and sigma == pytest.approx(wanted, abs=1e-3)

    soon(page, agrees, "not the mean and spread of what the encoder sees")
    z = numbers(found, "z")
    assert_shows(found.locator("canvas.main"), run)
    page.get_by_role("button", name="Draw again").click()
    soon(page, lambda: numbers(found, "z") != z, "no other draw")
    distance = np.abs(np.subtract(numbers(found, "z"), numbers(found, "mu"))) / numbers(found, "sigma")
    assert distance.max() < 6


def test_without_noise_every_draw_is_the_mean(open_page: Open) -> None:
    page = open_page("learn?chapter=2")
    found = ready(page, "learn")
    soon(page, lambda: numbers(found, "z") != numbers(found, "mu"), "no noise")
    set_slider(found.locator("input.dial"), 0)
    soon(page, lambda: numbers(found, "scale") == [0.0], "the dial does not move")
    before = numbers(found, "draws")[0]
    soon(page, lambda: numbers(found, "draws")[0] > before + 5, "no draws go on")
    assert numbers(found, "z") == numbers(found, "mu")


def test_the_point_runs_along_the_curve_and_dimensions_fall_silent(open_page: Open, gallery: vae_core.Store) -> None:
    run = gallery.open("gallery/digits-every-beta")
    curve = rate_curve(run)
    page = open_page("learn?chapter=3")
    found = ready(page, "learn")
    counts = []
    for step in (0, len(curve.betas) // 2, len(curve.betas) - 1):
        set_slider(found.locator("input.beta-slider"), step)
        soon(page, lambda step=step: numbers(found, "rate") == pytest.approx([curve.rate[step]]), "another rate")
        assert numbers(found, "beta") == pytest.approx([curve.betas[step]])
        total = f"{curve.rate[step] + curve.distortion[step]:.1f} nats"
        assert total in found.locator(".formula").inner_text()
        counts.append(found.locator(".silence .row[data-silent=true]").count())
        strips = found.locator("canvas.strip")
        for at in range(2):
            strip = strips.nth(at)
            shown = f"{curve.betas[step]:.6f}"
            soon(
                page,
                lambda strip=strip, shown=shown: f"{float(strip.get_attribute('data-beta') or -1):.6f}" == shown,
                "an old strip",
            )
    assert counts[0] == 0
    assert counts[-1] == len(curve.rate_per_dim[0])


def test_trainings_are_scrubbed_side_by_side_and_one_collapses(open_page: Open, gallery: vae_core.Store) -> None:
    page = open_page("learn?chapter=4")
    found = ready(page, "learn")
    slider, columns = found.locator("input.dial"), found.locator("figure")
    runs = [gallery.open(id) for id in MODELS]
    steps = [step for step, _ in runs[0].moments()]
    for at in (0, 5, len(steps) - 1):
        set_slider(slider, at)
        for number, run in enumerate(runs):
            step, moment = run.moments()[at]
            assert step == steps[at]
            record = next(record for record in run.history() if record["step"] == step)
            column = columns.nth(number)
            soon(page, lambda column=column, record=record: numbers(column, "rate")[0] == pytest.approx(sum(record["rate_per_dim"]), abs=1e-3), "not the rate of the step")  # fmt: skip
            active = sum(rate >= 0.1 for rate in record["rate_per_dim"])
            assert numbers(column.locator(".bars"), "active") == [active]
            model = moment.model()
            with torch.no_grad():
                images = decode(model, model.embed(run.data("test").test.images[:8].float() / 255))
            strip = pixels(column.locator("canvas.strip"))[:, :, 0]
            tiles = np.stack([strip[:8, 9 * tile : 9 * tile + 8] for tile in range(8)])
            assert np.abs(tiles - (255 * images[:, 0]).round().numpy()).max() <= 3
    ends = [numbers(columns.nth(number), "rate")[0] for number in range(len(runs))]
    assert ends[0] < 0.1 < min(ends[1:])


def test_a_rotation_leaves_the_elbo_and_ruins_the_gap(open_page: Open, gallery: vae_core.Store) -> None:
    run = gallery.open("gallery/sprites")
    matrix, _ = mig_matrix(run)
    ranked = np.sort(matrix, axis=0)
    wanted = float((ranked[-1] - ranked[-2]).mean())
    page = open_page("learn?chapter=5")
    found = ready(page, "learn")
    migs = []
    for degrees in (0, 45, 90):
        set_slider(found.locator("input.dial"), degrees)
        soon(page, lambda degrees=degrees: numbers(found, "angle") == [float(degrees)], "the dial does not move")
        strip = found.locator("canvas.strip").first
        shown = np.radians(degrees)
        soon(
            page,
            lambda strip=strip, shown=shown: float(strip.get_attribute("data-angle") or -1) == pytest.approx(shown),
            "an old strip",
        )
        migs += numbers(found, "mig")
        assert f"{-run.evaluation()['elbo']:.1f} nats" in found.locator(".formula").inner_text()
    assert migs[0] == pytest.approx(wanted, abs=0.01)
    assert "from 5000 test images" in found.locator("table.cells caption").inner_text()
    assert migs[1] < 0.7 * migs[0]
    assert migs[2] == pytest.approx(migs[0], abs=0.005)


def test_a_family_leads_to_its_example(open_page: Open) -> None:
    page = open_page("learn?chapter=6")
    page.get_by_text("The prior ·").click()
    page.get_by_role("button", name="Explore MNIST, a VampPrior").click()
    page.wait_for_url("**/traverse?**")
    assert "vampprior" in page.url
