import math

import pytest
import torch

from vae_core.models import MODELS, create
from vae_core.models.vae import DiagonalGaussian

X = torch.rand(8, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def terms(name, step=0, **settings):
    model = create(name, MODELS[name].Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,), **settings))
    torch.manual_seed(7)
    return {key: value.item() for key, value in model.loss(X, None, step).items()}


def test_beta_one_is_the_vae():
    assert terms("beta_vae", beta=1.0) == terms("vae")


def test_the_loss_rises_with_beta_by_the_rate():
    low, high = terms("beta_vae", beta=2.0), terms("beta_vae", beta=5.0)
    assert (high["loss"] - low["loss"]) / 3 == pytest.approx(low["rate"], rel=1e-4)
    assert low["distortion"] == high["distortion"]


def test_the_vae_loss_is_distortion_plus_rate():
    found = terms("vae")
    assert found["loss"] == pytest.approx(found["distortion"] + found["rate"], rel=1e-6)


@pytest.mark.parametrize(("step", "weight"), [(0, 0.0), (25, 1.0), (50, 2.0), (100, 4.0), (500, 4.0)])
def test_linear_warm_up(step, weight):
    """β = min(1, t/T)·β."""
    found = terms("beta_vae", step=step, beta=4.0, schedule="linear", warmup_steps=100)
    assert found["penalty"] == pytest.approx(weight * found["rate"], rel=1e-5, abs=1e-6)


def test_the_loss_equals_the_formula_written_out():
    model = create("vae", MODELS["vae"].Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,)))
    torch.manual_seed(7)
    found = model.loss(X, None, 0)["loss"].item()
    posterior = model.encode(X)
    torch.manual_seed(7)
    z = posterior.mu + torch.exp(posterior.logvar / 2) * torch.randn(8, 3)
    p = torch.sigmoid(model.decoder(z))
    total = 0.0
    for i in range(8):
        total -= (X[i] * p[i].log() + (1 - X[i]) * (1 - p[i]).log()).sum().item()
        for mu, logvar in zip(posterior.mu[i].tolist(), posterior.logvar[i].tolist(), strict=True):
            total += 0.5 * (mu**2 + math.exp(logvar) - 1 - logvar)
    assert found == pytest.approx(total / 8, rel=1e-5)


def test_log_variances_stay_within_twenty_and_keep_a_gradient():
    model = create("vae", MODELS["vae"].Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,)))
    with torch.no_grad():
        model.encoder[-1].bias[3:] = torch.tensor([-30.0, 0.0, 30.0])
    logvar = model.encode(X).logvar
    assert logvar.abs().max() <= 20
    logvar.sum().backward()
    assert (model.encoder[-1].bias.grad[3:] > 0).all()


def test_a_learned_sigma_moves_to_the_residual():
    settings = dict(
        shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,), likelihood="gaussian_learned", sigma=0.5
    )
    model = create("autoencoder", MODELS["autoencoder"].Config(**settings))
    optimizer = torch.optim.Adam([model.observation_logvar], lr=0.05)
    for _ in range(400):
        optimizer.zero_grad()
        model.distortion(X, model.embed(X).detach()).mean().backward()
        optimizer.step()
    residual = (X - model.decode(model.embed(X))).square().mean()
    assert model.observation_logvar.exp().item() == pytest.approx(residual.item(), rel=0.01)


def test_posterior_samples_have_the_moments_of_the_posterior():
    """In double the noise of 200,000 draws stays within five standard errors."""
    mu, logvar, n = torch.tensor([0.5, -2.0, 0.0]), torch.tensor([-1.0, 0.5, 2.0]), 200_000
    posterior = DiagonalGaussian(mu.repeat(n, 1), logvar.repeat(n, 1))
    z = posterior.sample(torch.Generator().manual_seed(0)).double()
    sigma = torch.exp(logvar.double() / 2)
    assert ((z.mean(0) - mu).abs() < 5 * sigma / n**0.5).all()
    assert ((z.std(0) - sigma).abs() < 5 * sigma / (2 * n) ** 0.5).all()


def test_an_autoencoder_draws_from_the_moments_of_its_codes():
    model = create("autoencoder", MODELS["autoencoder"].Config(shape=(1, 8, 8), latent_dim=3, hidden=(16,)))
    codes = model.embed(X).detach()
    for _ in range(2000):
        model._update_moments(codes)
    drawn = model.prior_sample(50_000, torch.Generator().manual_seed(0))
    assert torch.allclose(drawn.mean(0), codes.mean(0), atol=0.02 * codes.std(0).max().item())
    assert torch.allclose(drawn.var(0), codes.var(0, correction=0), rtol=0.05)
