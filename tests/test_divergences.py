import pytest
import torch
from torch.distributions import Normal, kl_divergence

from vae_core.divergences import gaussian_kl, gaussian_log_density, standard_normal_log_density

generator = torch.Generator().manual_seed(0)
MU = torch.randn(6, 4, generator=generator, dtype=torch.float64)
LOGVAR = torch.randn(6, 4, generator=generator, dtype=torch.float64)


def test_the_closed_form_equals_the_distribution():
    expected = kl_divergence(Normal(MU, torch.exp(LOGVAR / 2)), Normal(0.0, 1.0))
    assert torch.allclose(gaussian_kl(MU, LOGVAR), expected)


def test_the_closed_form_equals_a_monte_carlo_estimate():
    """log q(z|x) − log p(z) averaged over draws, within four standard errors."""
    draws = 200_000
    noise = torch.randn(draws, 4, generator=generator, dtype=torch.float64)
    for mu, logvar in zip(MU, LOGVAR, strict=True):
        z = mu + torch.exp(logvar / 2) * noise
        estimates = gaussian_log_density(z, mu, logvar) - standard_normal_log_density(z)
        error = estimates.std() / draws**0.5
        assert abs(estimates.mean() - gaussian_kl(mu, logvar).sum()) < 4 * error


@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-7])
def test_near_the_prior_it_stays_exact_and_positive(size):
    """KL ≈ ½ μ² + ¼ s² for small μ and log-variance s; a plain exp − 1 loses this in float32."""
    value = gaussian_kl(torch.tensor(size), torch.tensor(size)).item()
    assert value >= 0
    if size > 1e-6:  # below, s²/4 is less than the last bit of s
        assert value == pytest.approx(0.75 * size**2, rel=2e-2)


def test_log_densities_equal_the_distribution():
    z = torch.randn(6, 4, generator=generator, dtype=torch.float64)
    assert torch.allclose(gaussian_log_density(z, MU, LOGVAR), Normal(MU, torch.exp(LOGVAR / 2)).log_prob(z).sum(-1))
    assert torch.allclose(standard_normal_log_density(z), Normal(0.0, 1.0).log_prob(z).sum(-1))
