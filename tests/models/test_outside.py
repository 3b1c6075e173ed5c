"""A family that somebody else wrote: one class, one line in the registry, and everything follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

import vae_core
from vae_core.config import ConfigError, setting
from vae_core.models import MODELS
from vae_core.models.vae import VAE


class HalfRateVAE(VAE):
    """E_q[−log p(x|z)] + s·KL(q(z|x) ‖ N(0, I)); an example of 2026."""

    @dataclass(frozen=True)
    class Config(VAE.Config):
        """Settings of the example."""

        share: float = setting(0.5, "Share of the rate that is paid", low=0.0, high=1.0)

    title, formula, about = "Half-rate VAE", r"D + s R", "Pays for a share of its rate."

    def penalty(self, posterior, z, step):
        return cast(HalfRateVAE.Config, self.config).share * posterior.rate_per_dim().sum(1)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(MODELS, "half_rate_vae", HalfRateVAE)


def test_it_trains_is_kept_and_comes_back(tmp_path):
    store = vae_core.Store(tmp_path)
    run = vae_core.train(
        "digits", "half_rate_vae", store=store, share=0.25, latent_dim=2, network="mlp", hidden=(16,), epochs=2,
        image_size=8,
    )  # fmt: skip
    again = store.open(run.id)
    assert isinstance(again.model(), HalfRateVAE)
    assert again.config.model.share == 0.25
    assert again.evaluation()["rate"] > 0
    last = run.history()[-1]["train"]
    assert last["penalty"] == pytest.approx(0.25 * last["rate"], rel=1e-3)


def test_its_settings_are_checked_as_all_are():
    with pytest.raises(ConfigError, match=r"--share 2"):
        vae_core.jobs.configure("digits", "half_rate_vae", share=2)
    with pytest.raises(ConfigError, match="choose --model half_rate_vae"):
        vae_core.jobs.configure("digits", "vae", share=0.5)
