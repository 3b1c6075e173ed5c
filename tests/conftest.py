"""Small things that many tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

import vae_core
from vae_core.datasets import DataConfig, ImageData

torch.set_num_threads(1)

#: A run that trains in about a second.
QUICK = dict(network="mlp", hidden=(32,), latent_dim=4, epochs=2, image_size=8, snapshots=0)


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
    return Together(config, log)


class Together(LoadScopeScheduling):
    """Shares tests one by one between workers, but keeps in one worker what shares an app, a browser or trained models."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in ("tests/browser/", "tests/reference/") if nodeid.startswith(place)), nodeid)
