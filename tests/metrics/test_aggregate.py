"""The parts of the rate, where they are known."""

from __future__ import annotations

import math

import pytest
import torch

from vae_core.divergences import gaussian_kl
from vae_core.metrics.aggregate import aggregate
from vae_core.metrics.coded import MetricError

generator = torch.Generator().manual_seed(0)


def test_codes_that_are_the_prior_tell_nothing():
    found = aggregate(torch.zeros(400, 3), torch.zeros(400, 3))
    assert (found.information, found.total_correlation, found.dimension_wise) == pytest.approx((0, 0, 0), abs=1e-9)


def test_codes_far_apart_tell_the_image():
    mu = torch.zeros(50, 2)
    mu[:, 0] = 100.0 * torch.arange(50)
    found = aggregate(mu, torch.full((50, 2), -4.0))
    assert found.information == pytest.approx(math.log(50), abs=1e-6)
    assert found.ceiling == pytest.approx(math.log(50))
    assert found.total_correlation == pytest.approx(0, abs=1e-6), "one dimension alone tells all"


def test_the_parts_are_the_rate():
    mu, logvar = torch.randn(3000, 4, generator=generator), torch.randn(3000, 4, generator=generator) - 1
    for size in (None, 50_000):
        found = aggregate(mu, logvar, size, draws=3000)
        assert found.rate == pytest.approx(float(gaussian_kl(mu, logvar).sum(1).mean()), abs=0.1)
        assert found.rate == pytest.approx(found.information + found.total_correlation + found.dimension_wise)


def test_a_gaussian_total_correlation_is_found():
    """q(z) = N(0, Σ) with correlation 0.8 and unit variances: TC = −½ log(1 − 0.64), each dimension like the prior."""
    covariance = torch.tensor([[1.0, 0.8], [0.8, 1.0]]) - 0.1 * torch.eye(2)
    mu = torch.randn(8000, 2, generator=generator) @ torch.linalg.cholesky(covariance).T
    found = aggregate(mu, torch.full((8000, 2), math.log(0.1)))
    assert found.total_correlation == pytest.approx(-0.5 * math.log(1 - 0.64), abs=0.05)
    assert found.dimension_wise == pytest.approx(0, abs=0.03)


def test_a_sample_stands_for_the_whole():
    """500 of 20,000 images: with their own share counted, the information is that of the whole, not of the sample."""
    mu, logvar = torch.randn(20_000, 3, generator=generator), torch.full((20_000, 3), -3.0)
    whole = aggregate(mu, logvar, draws=500).information
    sample = aggregate(mu[:4000], logvar[:4000], 20_000).information
    naive = aggregate(mu[:4000], logvar[:4000]).information
    assert abs(sample - whole) < abs(naive - whole)
    assert sample == pytest.approx(whole, abs=0.25)


def test_too_little_is_refused():
    with pytest.raises(MetricError, match="1 codes of 1 images"):
        aggregate(torch.zeros(1, 2), torch.zeros(1, 2))
    with pytest.raises(MetricError, match="100 codes of 20 images"):
        aggregate(torch.zeros(100, 2), torch.zeros(100, 2), 20)
