import math

import pytest
import torch
from scipy.integrate import quad
from torch.distributions import Bernoulli, ContinuousBernoulli, Normal

from vae_core.likelihoods import (
    LIKELIHOODS,
    bernoulli_nll,
    continuous_bernoulli_log_normaliser,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    gaussian_nll,
)

generator = torch.Generator().manual_seed(0)
LOGITS = 3 * torch.randn(5, 2, 3, 3, generator=generator, dtype=torch.float64)
X = torch.rand(5, 2, 3, 3, generator=generator, dtype=torch.float64)


def test_bernoulli_equals_the_distribution_on_binary_images():
    binary = X.round()
    expected = -Bernoulli(logits=LOGITS).log_prob(binary).flatten(1).sum(1)
    assert torch.allclose(bernoulli_nll(LOGITS, binary), expected)


@pytest.mark.parametrize("shape", [(1,), (3,), (1, 7, 7), (1, 28, 28), (3, 64, 64), (2, 96)])
@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0, 80.0])
def test_bernoulli_is_exact_at_any_size_and_any_size_of_logits(shape, scale):
    logits = scale * torch.randn(4, *shape, generator=generator)
    if len(shape) == 3:
        logits = logits.to(memory_format=torch.channels_last)
    x = torch.rand(4, *shape, generator=generator)
    exact = torch.nn.functional.binary_cross_entropy_with_logits(logits.double(), x.double(), reduction="none")
    assert torch.allclose(bernoulli_nll(logits, x).double(), exact.flatten(1).sum(1), rtol=1e-6, atol=1e-6)


def test_a_logit_that_is_not_a_number_shows():
    logits = torch.zeros(2, 1, 8, 8)
    logits[1, 0, 3, 3] = float("nan")
    assert bernoulli_nll(logits, torch.zeros_like(logits)).isnan().tolist() == [False, True]


def test_bernoulli_has_the_gradient_of_its_formula():
    logits, x = LOGITS.clone().requires_grad_(), X.clone().requires_grad_()
    assert torch.autograd.gradcheck(bernoulli_nll, (logits, x))
    assert torch.autograd.gradgradcheck(lambda value: bernoulli_nll(value, X), (logits,))


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_far_logits_stay_finite(name):
    logits = torch.tensor([[-60.0, 60.0, 0.0, 1e-5]]).view(1, 1, 2, 2).requires_grad_()
    value = LIKELIHOODS[name].nll(logits, torch.full((1, 1, 2, 2), 0.3), torch.tensor(0.0))
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(logits.grad).all()


def test_gaussian_equals_the_distribution():
    logvar = torch.tensor(-1.3, dtype=torch.float64)
    expected = -Normal(torch.sigmoid(LOGITS), torch.exp(logvar / 2)).log_prob(X).flatten(1).sum(1)
    assert torch.allclose(gaussian_nll(LOGITS, X, logvar), expected)


def test_continuous_bernoulli_equals_the_distribution():
    expected = -ContinuousBernoulli(logits=LOGITS).log_prob(X).flatten(1).sum(1)
    assert torch.allclose(continuous_bernoulli_nll(LOGITS, X), expected, rtol=1e-6)
    mean = LIKELIHOODS["continuous_bernoulli"].mean(LOGITS)
    assert torch.allclose(mean, ContinuousBernoulli(logits=LOGITS).mean, rtol=1e-5)


@pytest.mark.parametrize("logit", [0.0, 1e-8, 0.05, 0.0999, 0.1001, -0.0999, -0.1001])
def test_the_series_near_zero_meets_the_formula(logit):
    value = continuous_bernoulli_log_normaliser(torch.tensor(logit, dtype=torch.float64)).item()
    exact = math.log(2) if logit == 0 else math.log(logit / math.tanh(logit / 2))
    assert value == pytest.approx(exact, abs=1e-9)


def test_pixels_are_summed_not_averaged():
    one = bernoulli_nll(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8))
    assert one.item() == pytest.approx(64 * math.log(2))


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_sums_its_pixels(name):
    """Two copies of an image side by side cost twice as much as one; each image of a batch has its own sum."""
    nll, logvar = LIKELIHOODS[name].nll, torch.tensor(-0.7, dtype=torch.float64)
    single = nll(LOGITS, X, logvar)
    assert single.shape == (5,)
    assert torch.allclose(nll(LOGITS.repeat(1, 1, 1, 2), X.repeat(1, 1, 1, 2), logvar), 2 * single)
    assert torch.allclose(nll(LOGITS[2:3], X[2:3], logvar), single[2:3])


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_has_the_gradient_of_its_value(name):
    near_and_far = torch.tensor([-4.0, -0.05, 0.03, 0.5, 2.0, 0.2], dtype=torch.float64).view(1, 1, 2, 3)
    logits = near_and_far.requires_grad_()
    logvar = torch.tensor(-0.7, dtype=torch.float64, requires_grad=LIKELIHOODS[name].variance == "learned")
    x = torch.rand(1, 1, 2, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda value, spread: LIKELIHOODS[name].nll(value, x, spread), (logits, logvar))


@pytest.mark.parametrize("logit", [-60.0, -3.0, -0.1001, -0.0999, -1e-6, 0.0, 1e-3, 0.0999, 0.1001, 3.0, 60.0])
def test_the_continuous_bernoulli_is_a_density_with_its_mean(logit):
    """Against numerical integrals of exp(l·x) over [0, 1], which share no formula with the code."""
    shift = max(logit, 0.0)
    mass, _ = quad(lambda x: math.exp(logit * x - shift), 0, 1, epsabs=1e-14)
    moment, _ = quad(lambda x: x * math.exp(logit * x - shift), 0, 1, epsabs=1e-14)
    value = torch.tensor(logit, dtype=torch.float64).view(1, 1, 1, 1)
    at_half = -continuous_bernoulli_nll(value, torch.full_like(value, 0.5)).item()
    assert at_half == pytest.approx(logit / 2 - shift - math.log(mass), abs=1e-8)
    assert continuous_bernoulli_mean(value).item() == pytest.approx(moment / mass, abs=1e-8)


def test_means_are_pictures_in_float32():
    """No mean leaves [0, 1] or jumps, however the logits lie around the seams of the series."""
    logits = torch.cat([torch.linspace(-0.2, 0.2, 40_001), torch.linspace(-100, 100, 20_001)])
    for name, likelihood in LIKELIHOODS.items():
        mean = likelihood.mean(logits)
        assert mean.min() >= 0, name
        assert mean.max() <= 1, name
        assert (mean[1:40_001] - mean[:40_000]).abs().max() < 1e-5, name
