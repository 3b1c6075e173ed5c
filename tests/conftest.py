"""Small things that many tests share."""

from __future__ import annotations

import os

# Before torch is imported: workers, and the processes that tests start, share the cores.
os.environ["OMP_NUM_THREADS"] = "1"
# Tests wait for what works in the background, on cores that other tests keep busy.
os.environ["VAE_NICENESS"] = "0"

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


#: Tests that share an app, a browser, a cluster, trained models or the site of the docs: each file stays in one worker.
BY_FILE = ("tests/browser/", "tests/reference/", "tests/runs/test_cluster.py")


class OneByOne(LoadScopeScheduling):
    """Shares tests one by one between workers, those of `BY_FILE` file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith(BY_FILE) else nodeid


#: A table that trains in a second.
QUICK_TABLE = dict(hidden=(32,), latent_dim=3, epochs=60, batch_size=32, lr=1e-2, snapshots=0, precision="float32")


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of numbers, a skewed number, categories, two values and dates, with gaps, in which weight follows from height."""
    import numpy as np
    import pandas as pd

    random, rows = np.random.RandomState(0), 200
    height, city = random.normal(170, 10, rows), random.choice(["Oslo", "Paris", "Rome"], rows, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame(
        {
            "height": height.round(1),
            "weight": (0.9 * height - 90 + random.normal(0, 2, rows)).round(1),
            "income": np.exp(random.normal(10, 1, rows)).round(2),
            "city": city,
            "coat": np.where(city == "Oslo", "yes", "no"),
            "since": (pd.Timestamp("2020-01-01") + pd.to_timedelta(random.randint(0, 900, rows), "D")).strftime(
                "%Y-%m-%d"
            ),
            "group": random.choice(["a", "b"], rows),
        }
    )
    frame = frame.mask((random.rand(*frame.shape) < 0.1) & (frame.columns != "group"))
    path = tmp_path_factory.mktemp("tables") / "people.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def table_run(shared_store: vae_core.Store, people: Path) -> vae_core.Run:
    """A finished tabular VAE on `people`; not to be changed."""
    return vae_core.train(str(people), "tabular_vae", store=shared_store, label="group", **QUICK_TABLE)


@pytest.fixture(scope="session")
def history_run(shared_store: vae_core.Store) -> vae_core.Run:
    """A finished Mult-VAE on 400 users of `tastes`; not to be changed."""
    return vae_core.train("tastes", "mult_vae", store=shared_store, size=400, **QUICK_TABLE)
