"""The real app with small trained runs, and pages of a real browser that notice every console error."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Response,
    Route,
    expect,
    sync_playwright,
)

import vae_core
from tests.browser.chromium import FLAGS, SHELL_FIRST, installed
from tests.browser.looking import COUNT, LIMIT
from tests.browser.serving import App, running_app
from vae_core.export.files import onnx_of

expect.set_options(timeout=1000 * LIMIT)
DECODER = Path(__file__).parents[2] / "explorer" / "components" / "shared" / "local" / "decoder.js"
PATIENT, CHANGED = re.subn(r"SLOWEST = \d+", "SLOWEST = 1e9", DECODER.read_text("utf8"))
assert CHANGED == 1
QUICK = dict(network="mlp", hidden=(64,), epochs=3, snapshots=0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = installed(SHELL_FIRST)
    if path is None:
        message = "no Chromium found; install one (for example: apt-get install chromium)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> vae_core.Store:
    """Runs that pages are tried with; trained once for all processes of a test run, each of which has a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared-store"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            furnish(vae_core.Store(shared / "runs"), shared / "own")
            (shared / "done").touch()
    return vae_core.Store(shutil.copytree(shared / "runs", tmp_path_factory.mktemp("store") / "runs"))


def furnish(store: vae_core.Store, own: Path) -> None:
    """Runs of 2 and 32 dimensions, one with snapshots, grey and RGB, an autoencoder, models conditioned on a class or β, a grid of code indices, and
    images whose factors are known. own: a folder for images of one's own.
    """
    vae_core.train("digits", "beta_vae", store=store, name="plane", beta=1.0, latent_dim=2, **QUICK)
    moments = QUICK | {"epochs": 6, "snapshots": 6}
    vae_core.train("digits", "beta_vae", store=store, name="moments", latent_dim=2, image_size=16, **moments)
    vae_core.train("digits", "beta_vae", store=store, name="wide", beta=40.0, latent_dim=32, **{**QUICK, "epochs": 12})
    vae_core.train("digits", "autoencoder", store=store, name="auto", latent_dim=8, image_size=8, **QUICK)
    vae_core.train("digits", "conditional_vae", store=store, name="classes", latent_dim=4, image_size=16, **QUICK)
    vae_core.train(
        "digits", "multirate_vae", store=store, name="rates", latent_dim=4, image_size=16, **{**QUICK, "epochs": 15}
    )
    vae_core.train(
        "digits", "vq_vae", store=store, name="words", codebook=16, image_size=16, **{**QUICK, "network": "conv"}
    )
    vae_core.train("sprites", "vae", store=store, name="factors", latent_dim=4, image_size=16, size=3000, **QUICK)
    colours = torch.rand(120, 3, 1, 1, generator=torch.Generator().manual_seed(0)).expand(120, 3, 128, 128)
    own.mkdir(exist_ok=True)
    np.savez(own / "colours.npz", images=(colours * 255).byte().permute(0, 2, 3, 1).numpy())
    vae_core.train(
        str(own / "colours.npz"), "vae", store=store, name="rgb", batch_size=32, latent_dim=3, network="conv", epochs=1
    )
    for run in store.runs():
        assert isinstance(run, vae_core.Run)
        for half in ("decoder", "encoder"):
            onnx_of(run, half)  # else each app exports it again, in a process that first loads torch


@pytest.fixture(scope="session")
def app(store: vae_core.Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    log = tmp_path_factory.mktemp("app") / "log.txt"
    with running_app(store.root, log) as found:
        yield found
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


@pytest.fixture
def open_page(browser: Browser, app: App) -> Iterator[Callable[..., Page]]:
    """`open_page("map", width=800)`: a cold deep link in a fresh profile; fails on console errors."""
    problems: list[str] = []
    contexts = []

    def open(path: str = "", width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        context = profile(browser, width, height, dark)
        contexts.append(context)
        page = context.new_page()
        page.on("response", lambda answer: problems.append(f"{answer.status} {answer.url}") if failed(answer) else None)
        page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{app.address}/{path}")
        settle(page)
        return page

    yield open
    for context in contexts:
        context.close()
    assert not problems, problems


def profile(browser: Browser, width: int = 1440, height: int = 900, dark: bool = False) -> BrowserContext:
    """A fresh profile whose pages wait long and count their requests."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    context.set_default_timeout(1000 * LIMIT)
    context.set_default_navigation_timeout(1000 * LIMIT)
    context.add_init_script(COUNT)
    context.route("**/shared/local/decoder.js", patient)
    return context


def patient(route: Route) -> None:
    """Decoding in the browser is used however slow it is: beside other tests, a trial says little.

    The file is read from the disk: while it is fetched from the server, a test may end and close the page.
    """
    with suppress(Error):  # the page is closed already
        route.fulfill(body=PATIENT, content_type="text/javascript")


def failed(answer: Response) -> bool:
    """A request that should have worked."""
    return answer.status >= 400


def is_problem(line: ConsoleMessage) -> bool:
    return line.type == "error" and "Failed to load resource" not in line.text  # reported by `failed`, with the address


def settle(page: Page) -> None:
    """Wait until no run of the script goes on.

    One that a click has requested may not have begun: wait for what it brings first, then for its end.
    """
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=2000 * LIMIT)
    page.wait_for_timeout(150)
