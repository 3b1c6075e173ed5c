"""A folder of pythae beside our run on Compare, and codes alone on the map: opened on Train, then looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import Page, expect

import vae_core
from vae_core.datasets import DataConfig
from vae_core.imports import Request
from vae_core.imports.create import import_run

from .conftest import settle
from .looking import ready

Open = Callable[..., Page]


def opened(page: Page, path: Path) -> None:
    """Open what is at a path, on Train."""
    page.get_by_text("Open a model from elsewhere").click()
    field = page.get_by_label("Path", exact=True)
    field.fill(str(path))
    field.press("Enter")
    settle(page)
    page.get_by_role("button", name="Open it").click()


def test_a_folder_of_pythae_stands_beside_ours(open_page: Open, store: vae_core.Store, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pythae.models import VAE, VAEConfig
    torch.manual_seed(0)
    VAE(VAEConfig(input_dim=(1, 32, 32), latent_dim=4)).save(str(tmp_path / "theirs"))
    import_run(tmp_path / "theirs", Request(data=DataConfig("digits")), store=store)
    page = open_page("traverse?run=theirs-4-d-1")
    expect(ready(page, "traversal").locator(".row")).to_have_count(4)
    page = open_page("compare?compare=wide-1,theirs-4-d-1&tab=Images")
    expect(page.get_by_alt_text("theirs 4-d")).to_be_visible()
    expect(page.get_by_alt_text("wide")).to_be_visible()


def test_codes_alone_become_a_map(open_page: Open, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels = np.arange(90) % 3
    np.savez(tmp_path / "given.npz", codes=random.standard_normal((90, 5)) + 4 * np.eye(5)[labels], labels=labels)
    page = open_page("train")
    opened(page, tmp_path / "given.npz")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Map", timeout=120_000)
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    page = open_page("map?run=given-1&picks=7&method=pca")
    expect(page.get_by_text("Nearest to code 7 · 1")).to_be_visible()
    page = open_page("traverse?run=given-1")
    expect(page.get_by_text("given is codes without a model")).to_be_visible()
