"""Decoding in the browser: it takes over from the server, shows the same pixels, and hands back when it fails."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

import vae_core
from explorer.live.decoder import runtime_address
from explorer.live.modules import modules_version
from vae_core.export.files import onnx_of
from vae_core.models import Model
from vae_core.runs import GALLERY, Run
from vae_core.serving import conditioned, to_pixels

from .conftest import profile
from .looking import assert_shows, drag, ready, soon, still
from .serving import App

Open = Callable[..., Page]
SHIPPED = sorted(path.name for path in GALLERY.iterdir() if path.is_dir())
CODES, BATCH = 1000, 50
#: Decode all batches in this browser; resolves with the pixels of each as text.
DECODE = """async ({ modules, run, info, batches }) => {
  const { localDecoder } = await import(`${modules}/shared/local/decoder.js`);
  const local = await localDecoder(run, info);
  const found = [];
  for (const { codes, condition } of batches) {
    const pixels = await new Promise((done, lost) => local.decode(Float32Array.from(codes), condition, { done, lost }));
    let text = "";
    for (const value of pixels) text += String.fromCharCode(value);
    found.push(btoa(text));
  }
  return found;
}"""


def place(page: Page) -> Locator:
    """Where the page says that codes are decoded."""
    return page.locator(".decoding")


@pytest.fixture(scope="module")
def exported(store: vae_core.Store) -> vae_core.Store:
    """The store, with decoders that need no waiting."""
    for run in store.runs():
        if isinstance(run, Run):
            onnx_of(run)
    return store


@pytest.mark.parametrize("name", ["plane-1", "rgb-1", "classes-1", "rates-1"])
def test_the_browser_takes_over_and_the_server_decodes_nothing_more(
    open_page: Open, exported: vae_core.Store, name: str
) -> None:
    page = open_page(f"traverse?run={name}")
    main = ready(page, "traversal").locator("canvas.main")
    expect(place(page)).to_have_attribute("data-place", "browser")
    still(main)
    sent = page.evaluate("window.frames_sent")
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.9, follows=main)
    still(main)
    assert page.evaluate("window.frames_sent") == sent
    if name in ("plane-1", "rgb-1"):
        assert_shows(main, exported.open(name))


def test_a_codebook_is_decoded_in_the_browser_too(open_page: Open, exported: vae_core.Store) -> None:
    page = open_page("traverse?run=words-1")
    main = ready(page, "codes").locator("canvas.main")
    expect(place(page)).to_have_attribute("data-place", "browser")
    assert_shows(main, exported.open("words-1"))


def test_runs_side_by_side_are_all_decoded_here(open_page: Open, exported: vae_core.Store) -> None:
    page = open_page("compare?run=plane-1&compare=plane-1,wide-1")
    page.get_by_role("tab", name="Traversals").click()
    ready(page, "comparison")
    expect(place(page)).to_have_attribute("data-place", "browser")


@pytest.mark.parametrize("broken", ["**/decoder?*", "**/runtime/**", "**/local/worker.js"])
def test_where_the_browser_cannot_the_server_goes_on(
    browser: Browser, app: App, exported: vae_core.Store, broken: str
) -> None:
    page = profile(browser).new_page()
    tried: list[str] = []
    page.route(broken, lambda route: tried.append(route.request.url) or route.abort())
    page.goto(f"{app.address}/traverse?run=plane-1&z=0,0")
    main = ready(page, "traversal").locator("canvas.main")
    soon(page, lambda: tried, "the browser did not try")
    expect(place(page)).to_have_text("Server decodes")
    sent = page.evaluate("window.frames_sent")
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.9, follows=main)
    still(main)
    assert page.evaluate("window.frames_sent") > sent
    assert_shows(main, exported.open("plane-1"))
    page.context.close()


def batches_of(model: Model) -> list[tuple[torch.Tensor, float | None]]:
    """Random codes under random conditions, a condition for each batch."""
    codes = model.prior_sample(CODES, torch.Generator().manual_seed(1)) * 1.5
    draw = np.random.default_rng(0)
    found = []
    for batch in codes.split(BATCH):
        condition: float | None = None
        if model.conditional:
            condition = float(draw.integers(model.config.classes))
        elif model.config.betas:
            low, high = np.log(model.config.betas)
            condition = float(np.float32(np.clip(np.exp(draw.uniform(low, high)), *model.config.betas)))
        found.append((batch, condition))
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_a_thousand_codes_of_each_shipped_model_look_the_same(browser: Browser, app: App, name: str) -> None:
    run = Run.open(GALLERY / name, f"gallery/{name}")
    model = run.model()
    if run.config.family == "vq_vae":
        model.prior_sample = lambda n, draw: model.lookup(torch.randint(len(model.words), (n, model.side**2), generator=draw)) / 1.5  # fmt: skip
    batches = batches_of(model)
    page = profile(browser).new_page()
    page.goto(f"{app.address}/_stcore/health")
    info: dict[str, Any] = {
        "version": run.weights_hash(), "dims": model.config.code_width, "runtime": runtime_address(),
        "classes": model.config.classes if model.conditional else 0, "betas": model.config.betas,
    }  # fmt: skip
    sent = [{"codes": codes.flatten().tolist(), "condition": -1 if at is None else at} for codes, at in batches]
    found = page.evaluate(DECODE, {"modules": f"/modules/{modules_version()}", "run": run.id, "info": info, "batches": sent})  # fmt: skip
    page.context.close()
    for (codes, condition), text in zip(batches, found, strict=True):
        under, labels = conditioned(model, condition, len(codes))
        with torch.no_grad():
            wanted = to_pixels(under.decode(codes, labels)).astype(int)
        pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(wanted.shape).astype(int)
        assert np.abs(pixels - wanted).max() <= 1
