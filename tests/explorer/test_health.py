"""Whether the server says that it is ready, and why not."""

from __future__ import annotations

import os

import pytest
from starlette.testclient import TestClient

import vae_core
from explorer.live import health
from vae_core.runs import Store


def test_ready(client: TestClient):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "version": vae_core.__version__}
    assert answer.headers["cache-control"] == "no-store"


def test_a_store_that_is_not_there_yet_is_made_by_the_first_run(tmp_path):
    assert health.store_problem(Store(tmp_path / "new" / "store")) == ""


def test_a_store_that_is_a_file(client: TestClient, tmp_path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("VAE_STORE_DIR", str(file))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "The store of runs is a file, not a folder."
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize(("refused", "sentence"), [(os.R_OK, "cannot be read"), (os.W_OK, "cannot be written to")])
def test_a_store_without_permission(tmp_path, monkeypatch: pytest.MonkeyPatch, refused, sentence):
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & refused)  # root may do everything
    assert sentence in health.store_problem(Store(tmp_path))
