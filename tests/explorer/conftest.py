"""The app as Streamlit's AppTest runs it, over a store and a gallery of its own and without a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

import vae_core
from explorer import library
from explorer.jobs import commands
from explorer.jobs import maps as map_jobs
from explorer.live.routes import routes
from explorer.take_away import contents
from vae_core.analysis import MapConfig
from vae_core.runs import Run, Store
from vae_core.runs.files import read_json, write_json

FRAME = str(Path(__file__).parents[2] / "explorer" / "shell" / "frame.py")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A small real run, to copy from."""
    store = Store(tmp_path_factory.mktemp("trained"))
    return vae_core.train(
        "digits", "beta_vae", store=store, beta=2.0, latent_dim=5, network="mlp", hidden=(16,), epochs=1, size=300
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store and an empty gallery that the app uses during this test."""
    found = Store(tmp_path / "store", gallery=tmp_path / "gallery")
    found.root.mkdir()
    found.gallery_root.mkdir()
    monkeypatch.setattr(library, "store", lambda: found)
    # The Map page lays slow maps out in a process of its own: here it stays at the beginning for ever.
    quiet = map_jobs.MapService()
    for name, value in (("_start", None), ("_send", None), ("_alive", True)):
        monkeypatch.setattr(quiet, name, lambda *_, value=value: value)
    monkeypatch.setattr(map_jobs, "MAP_SERVICE", quiet)
    monkeypatch.setattr(
        commands, "_start", lambda run, config: commands.Job(SimpleNamespace(poll=lambda: None), 0.0, "")
    )
    st.cache_data.clear()
    st.cache_resource.clear()
    return found


@pytest.fixture
def put(store: Store, trained: Run) -> Callable[..., Path]:
    """`put("name", state="paused", …)` copies the trained run into the store, `gallery=True` into the gallery."""

    def copy(name: str, gallery: bool = False, **status: object) -> Path:
        path = (store.gallery_root if gallery else store.root) / name
        shutil.copytree(trained.path, path)
        write_json(path / "config.json", read_json(path / "config.json") | {"name": name})
        write_json(path / "status.json", read_json(path / "status.json") | status)
        return path

    return copy


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices that workers were started for; none is really started."""
    devices: list[str] = []
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: devices.append(device))
    return devices


@pytest.fixture
def app(store: Store) -> Callable[..., AppTest]:
    """`app("train", run="…")`: the frame, run once, standing at a page with query parameters."""

    def open_page(name: str = "home", **query: str) -> AppTest:
        at = AppTest.from_file(FRAME, default_timeout=180)
        for key, value in query.items():
            at.query_params[key] = value
        at.run()
        if name != "home":
            at.switch_page(f"../../pages/{name}.py").run()
        return at

    return open_page


def texts(elements: object) -> str:
    """All that these elements say, in one text."""
    return "\n".join(str(element.value) for element in elements)  # type: ignore[attr-defined]


@pytest.fixture
def client(put: Callable[..., Path]) -> Iterator[TestClient]:
    """The routes beside Streamlit's, with the trained run as "one"."""
    put("one")
    with TestClient(Starlette(routes=routes())) as found:
        yield found


@pytest.fixture
def run(client: TestClient) -> Run:
    """The run that `client` serves."""
    return library.find("one")


@pytest.fixture
def quick_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """PCA in place of UMAP, which takes seconds, in pages to take away."""
    monkeypatch.setattr(contents, "best_map", lambda codes: MapConfig(method="pca"))
