"""Small things that many tests share."""

from __future__ import annotations

import os

# Before torch is imported: workers, and the processes that tests start, share the cores.
os.environ["OMP_NUM_THREADS"] = "1"

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

import vae_core
from vae_core.datasets import DataConfig, ImageData

#: A run that trains in about a second. Its precision is named: `auto` depends on the clock.
QUICK = dict(network="mlp", hidden=(32,), latent_dim=4, epochs=2, image_size=8, snapshots=0, precision="float32")
#: Steps that no machine gets through before a test has stopped them.
ENDLESS = QUICK | {"epochs": 1_000_000}


@pytest.fixture(scope="session", autouse=True)
def volatile() -> Iterator[None]:
    """Nothing that a test writes has to outlive a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        yield


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Every test begins and ends with one thread: with more, workers would wait for each other's."""
    assert torch.get_num_threads() == 1
    yield
    assert torch.get_num_threads() == 1


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training reports its progress after each step, however fast the machine is."""
    monkeypatch.setattr("vae_core.training.loop.Clock.due", lambda self: True)


@pytest.fixture
def store(tmp_path: Path) -> vae_core.Store:
    return vae_core.Store(tmp_path / "store")


@pytest.fixture(scope="session")
def digits() -> ImageData:
    """Real digits at their native 8×8 pixels."""
    return vae_core.load(DataConfig("digits", image_size=8))


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> vae_core.Store:
    return vae_core.Store(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def run(shared_store: vae_core.Store) -> vae_core.Run:
    """A finished β-VAE on digits; not to be changed."""
    return vae_core.train("digits", "beta_vae", store=shared_store, beta=2.0, **QUICK)


@pytest.fixture(scope="session")
def autoencoder_run(shared_store: vae_core.Store) -> vae_core.Run:
    """A finished autoencoder on digits; not to be changed."""
    return vae_core.train("digits", "autoencoder", store=shared_store, **QUICK)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return OneByOne(config, log)


#: Tests that share an app, a browser, a cluster or trained models: each file stays in one worker.
BY_FILE = ("tests/browser/", "tests/reference/", "tests/runs/test_cluster.py")


class OneByOne(LoadScopeScheduling):
    """Shares tests one by one between workers, those of `BY_FILE` file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith(BY_FILE) else nodeid
