"""Widgets in a real JupyterLab and in marimo: the image follows the thumb there, and Python knows where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import vae_core
from vae_core.analysis import latents_of

from .conftest import profile
from .looking import assert_shows, code_of, drag, expect_code, soon, steady_box, still
from .notebooks import notebook_of, run_all, run_cell, running_jupyterlab, wait_for_widget
from .serving import free_port, running_module

CELLS = (
    'from explorer.notebook import latent_map, traverse\nt = traverse("wide-1")\nt',
    'm = latent_map("wide-1", "pca")\nm',
    'print("now", t.z, t.row, m.picks)',
    't.z = [0.5] * 32\nprint("set", t.z[0])',
)
APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from explorer.notebook import traverse
    t = mo.ui.anywidget(traverse("wide-1"))
    t
    return mo, t


@app.cell
def _(mo, t):
    mo.md("now " + " ".join(f"{value:.4f}" for value in t.z))
    return
"""


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """`open_at(address)`: a page in a fresh profile; fails on errors of scripts."""
    context = profile(browser, height=2200)
    problems: list[str] = []

    def open_page(address: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    context.close()
    assert not problems, problems


def grab(page: Page, main: Locator) -> None:
    """Drag the first slider, the image following."""
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.9, follows=main)


@pytest.mark.nightly
def test_widgets_in_jupyterlab(open_at: Callable[[str], Page], store: vae_core.Store, tmp_path: Path) -> None:
    (tmp_path / "one.ipynb").write_text(json.dumps(notebook_of(*CELLS)))
    run = store.open("wide-1")
    with running_jupyterlab(tmp_path, store.root) as address:
        page = open_at(f"{address}/lab/tree/one.ipynb")
        run_all(page)
        main = wait_for_widget(page, "traversal").locator("canvas.main")
        expect_code(main, [0.5] * 32)  # the last cell has set it

        grab(page, main)
        z = still(main)
        assert_shows(main, run)
        line = f"now {json.dumps([round(value, 4) for value in z])[:60]}"
        soon(page, lambda: run_cell(page, 2, "now").startswith(line), "Python does not know the code")

        found = page.locator(".map[data-ready]:not([data-mini])")
        expect(found).to_be_visible()
        found.scroll_into_view_if_needed()
        box = steady_box(found.locator(".over"))
        page.get_by_role("radio", name="Lasso").click()
        corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)]
        for at, (x, y) in enumerate(corners):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            if at == 0:
                page.mouse.down()
        page.mouse.up()
        soon(page, lambda: not run_cell(page, 2, "now").endswith("[]"), "Python does not know the picks")

        run_cell(page, 3, "set 0.5")
        expect_code(main, [0.5] * 32)
        assert_shows(main, run)

        page.locator(".traversal .row .slider").first.click()
        z = still(main)
        page.keyboard.press("ArrowLeft")  # the slider's, and not the notebook's
        soon(page, lambda: sum(code_of(main)) < sum(z), "the key did not move the slider")


@pytest.mark.nightly
def test_widgets_in_marimo(open_at: Callable[[str], Page], store: vae_core.Store, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    port = free_port()
    command = ("marimo", "--quiet", "run", "app.py", "--headless", "--no-token", "--port", str(port))
    run = store.open("wide-1")
    with running_module(command, tmp_path, store.root, f"http://127.0.0.1:{port}/health"):
        page = open_at(f"http://127.0.0.1:{port}")
        main = wait_for_widget(page, "traversal").locator("canvas.main")
        expect_code(main, latents_of(run).mu[0].tolist())
        assert_shows(main, run)
        grab(page, main)
        still(main)
        assert_shows(main, run)
        text = page.get_by_text("now ")
        wanted = lambda: "now " + " ".join(f"{value:.4f}" for value in code_of(main))
        soon(page, lambda: text.inner_text() == wanted(), "the other cell does not know the code")
