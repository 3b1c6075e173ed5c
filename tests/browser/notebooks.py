"""A JupyterLab of its own, and what a person does in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .looking import LIMIT, ready, soon
from .serving import free_port, running_module

LONG = 4 * LIMIT


def notebook_of(*texts: str) -> dict[str, Any]:
    """A notebook with these cells of code, as in its file."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{at}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": text,
        }
        for at, text in enumerate(texts)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@contextmanager
def running_jupyterlab(folder: Path, store: Path) -> Iterator[str]:
    """JupyterLab over `folder`, with settings of its own; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ("--no-browser", "--allow-root", "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1")
    command = ("jupyterlab", *options, f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder}")
    with running_module(command, folder, store, f"{address}/api"):
        yield address


def run_all(page: Page) -> None:
    """Run all cells of the notebook on the page: again, until its kernel has received it."""
    started = page.locator(".jp-Notebook .jp-InputPrompt").first
    page.locator(".jp-Notebook .jp-CodeCell").first.click()

    def has_begun() -> bool:
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_timeout(3000)
        return re.search(r"[\d*]", started.inner_text()) is not None

    soon(page, has_begun, "the kernel does not begin", LONG)


def wait_for_widget(page: Page, name: str) -> Locator:
    """The component on the page, once its kernel has loaded torch and all else."""
    page.wait_for_selector(f".{name}[data-ready]", timeout=1000 * LONG)
    return ready(page, name)


def run_cell(page: Page, number: int, begins: str) -> str:
    """Run a cell of the notebook on the page; the line of its output that begins so."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text(begins)
    return next(line for line in output.inner_text().splitlines() if line.startswith(begins))
