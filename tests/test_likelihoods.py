import math

import pytest
import torch
from torch.distributions import Bernoulli, ContinuousBernoulli, Normal

from vae_core.likelihoods import (
    LIKELIHOODS,
    bernoulli_nll,
    continuous_bernoulli_log_normaliser,
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
