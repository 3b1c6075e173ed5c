"""Runs seen at a chosen β, and their curve."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import beta_steps, codes_along, latents_of, nearest_step, rate_curve, rate_point
from vae_core.analysis.cache import cache_path
from vae_core.training import measure


@pytest.fixture(scope="module")
def multirate(shared_store: vae_core.Store) -> vae_core.Run:
    return vae_core.train("digits", "multirate_vae", store=shared_store, name="rates", **QUICK)


def test_steps_are_even_on_a_log_scale():
    steps = beta_steps(0.1, 100.0)
    assert (steps[0], steps[10], steps[20], steps[30]) == (0.1, 1.0, 10.0, 100.0)
    assert nearest_step(0.1, 100.0, 4.0) == 3.98
    assert nearest_step(0.1, 100.0, 1e9) == 100.0


def test_the_curve_is_what_is_measured_at_each_beta(multirate: vae_core.Run):
    curve = rate_curve(multirate)
    test = multirate.data("test").test
    for step in (0, 14, 30):
        found = measure(multirate.model().at_beta(curve.betas[step]), test.images[:512], test.labels[:512])
        assert (curve.rate[step], curve.distortion[step]) == pytest.approx((found.rate, found.distortion), rel=1e-5)
        assert curve.rate_per_dim[step].sum() == pytest.approx(curve.rate[step], rel=1e-5)
    assert curve.distortion_at(curve.rate[7]) == pytest.approx(curve.distortion[7])
    assert rate_point(multirate)[0] == pytest.approx(curve.rate[10], rel=1e-5), "trained models are evaluated at β = 1"


def test_a_run_at_another_beta_has_its_own_codes(multirate: vae_core.Run):
    low, high = multirate.at_beta(0.1), multirate.at_beta(100.0)
    assert cache_path(low, "latents", {}) != cache_path(high, "latents", {})
    assert not np.allclose(latents_of(low).mu, latents_of(high).mu)
    images = multirate.data("test").test.images[:5]
    along = codes_along(multirate.model(), images.permute(0, 2, 3, 1).numpy(), beta_steps(0.1, 100.0))
    assert along.shape == (5, 31, 4)
    assert np.allclose(along[:, 0], latents_of(low).mu[:5], atol=1e-5)
    assert np.allclose(along[:, 30], latents_of(high).mu[:5], atol=1e-5)
    assert torch.equal(multirate.model().at_beta(4.0).decode(torch.zeros(1, 4)), multirate.at_beta(4.0).model().decode(torch.zeros(1, 4)))  # fmt: skip
