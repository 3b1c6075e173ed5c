"""Widgets in a real JupyterLab and in marimo: the image follows the thumb there, and Python knows where it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import vae_core
from vae_core.analysis import latents_of

from .conftest import profile
from .looking import assert_shows, code_of, drag, expect_code, ready, soon, steady_box, still
from .serving import ROOT, free_port, wait_until_healthy

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


@contextmanager
def serving(command: Sequence[str], folder: Path, store: vae_core.Store, address: str) -> Iterator[None]:
    """Run a server with settings of its own until the block ends."""
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_RUNTIME_DIR": folder / "runtime"}
    environment = os.environ | {name: str(path) for name, path in own.items()}
    environment |= {"PYTHONPATH": str(ROOT), "VAE_STORE_DIR": str(store.root), "OMP_NUM_THREADS": "1"}
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until_healthy(address, process)
            yield
        finally:
            process.terminate()
            process.wait(60)


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


def run_cell(page: Page, number: int, begins: str) -> str:
    """Run a cell of a notebook; the line of its output that begins so."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text(begins)
    return next(line for line in output.inner_text().splitlines() if line.startswith(begins))


def grab(page: Page, main: Locator) -> None:
    """Drag the first slider, the image following."""
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.9, follows=main)


def test_widgets_in_jupyterlab(open_at: Callable[[str], Page], store: vae_core.Store, tmp_path: Path) -> None:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{at}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": text,
        }
        for at, text in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "one.ipynb").write_text(json.dumps(notebook))
    port = free_port()
    options = ("--no-browser", "--allow-root", "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1")
    command = ("jupyterlab", *options, f"--ServerApp.port={port}", f"--ServerApp.root_dir={tmp_path}")
    run = store.open("wide-1")
    with serving(command, tmp_path, store, f"http://127.0.0.1:{port}/api"):
        page = open_at(f"http://127.0.0.1:{port}/lab/tree/one.ipynb")
        page.locator(".jp-Notebook .jp-CodeCell").first.click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        main = ready(page, "traversal").locator("canvas.main")
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


def test_widgets_in_marimo(open_at: Callable[[str], Page], store: vae_core.Store, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    port = free_port()
    command = ("marimo", "--quiet", "run", "app.py", "--headless", "--no-token", "--port", str(port))
    run = store.open("wide-1")
    with serving(command, tmp_path, store, f"http://127.0.0.1:{port}/health"):
        page = open_at(f"http://127.0.0.1:{port}")
        main = ready(page, "traversal").locator("canvas.main")
        expect_code(main, latents_of(run).mu[0].tolist())
        assert_shows(main, run)
        grab(page, main)
        still(main)
        assert_shows(main, run)
        text = page.get_by_text("now ")
        wanted = lambda: "now " + " ".join(f"{value:.4f}" for value in code_of(main))
        soon(page, lambda: text.inner_text() == wanted(), "the other cell does not know the code")
