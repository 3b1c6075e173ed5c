"""What families are for, seen on digits after seconds of training."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

import vae_core
from vae_core.runs import Run, Store

SETTINGS = dict(network="mlp", hidden=(128,), epochs=100, snapshots=0, image_size=16)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the other worker has its own: two threads each would wait for one another

    @cache
    def train(model: str, **settings: object) -> Run:
        return vae_core.train("digits", model, store=store, **{**SETTINGS, **settings})

    yield train
    torch.set_num_threads(threads)


def rate(run: Run) -> float:
    return run.evaluation()["rate"]


def hoyer(run: Run) -> float:
    """Hoyer 2004, §3.1: 0 where all dimensions speak alike, 1 where one speaks alone; mean over the images."""
    z = np.abs(vae_core.latents_of(run).mu)
    root = np.sqrt(z.shape[1])
    return float(np.mean((root - z.sum(1) / np.linalg.norm(z, axis=1)) / (root - 1)))


def test_sparse_codes_are_sparser(trained):
    plain = hoyer(trained("autoencoder", latent_dim=64))
    assert hoyer(trained("sparse_autoencoder", latent_dim=64, sparsity=1.0)) > 1.5 * plain
    assert hoyer(trained("sparse_autoencoder", latent_dim=64, activity="kl", sparsity=5.0)) > 1.5 * plain


def test_the_denoiser_takes_two_thirds_of_the_noise_away(trained):
    run = trained("denoising_autoencoder", latent_dim=32, noise_level=0.5)
    model, x = run.model(), run.data("test").test.images.float() / 255
    torch.manual_seed(0)
    noisy = model.corrupt(x)
    with torch.no_grad():
        found = (model.decode(model.embed(noisy)) - x).square().mean()
    assert (noisy.clamp(0, 1) - x).square().mean() > 3 * found


def test_contraction_makes_codes_stand_still(trained):
    def moves(run: Run) -> float:
        """How far codes go when images do, beside how far they lie apart."""
        model, x = run.model(), run.data("test").test.images[:200].float() / 255
        torch.manual_seed(0)
        with torch.no_grad():
            z, near = model.embed(x), model.embed((x + 0.1 * torch.randn_like(x)).clamp(0, 1))
        return ((z - near).norm(dim=1).mean() / torch.pdist(z).mean()).item()

    assert moves(trained("contractive_autoencoder", latent_dim=10, contraction=10.0)) < 0.8 * moves(
        trained("autoencoder", latent_dim=10)
    )


def test_a_larger_beta_lowers_the_rate(trained):
    rates = [rate(trained("beta_vae", latent_dim=6, beta=beta)) for beta in (1.0, 2.0, 4.0, 8.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 5 * rates[-1]


@pytest.mark.parametrize("target", [5.0, 10.0])
def test_the_controller_holds_its_rate(trained, target):
    run = trained("vae", latent_dim=10, schedule="controlled", target_rate=target, epochs=200)
    assert rate(run) == pytest.approx(target, rel=0.05)


def test_free_bits_are_used(trained):
    assert rate(trained("beta_vae", latent_dim=10, beta=4.0)) < 4
    run = trained("beta_vae", latent_dim=10, beta=4.0, free_bits=8.0, free_bits_group="code")
    assert rate(run) == pytest.approx(8, rel=0.1)
    run = trained("beta_vae", latent_dim=10, beta=4.0, free_bits=1.0)
    assert min(run.evaluation()["rate_per_dim"]) > 0.75


def test_capacity_is_filled(trained):
    run = trained("capacity_vae", latent_dim=10, target_rate=8.0, warmup_steps=500)
    assert rate(run) == pytest.approx(8, rel=0.1)


@pytest.mark.parametrize("family", ["wae_mmd", "wae_gan", "adversarial_autoencoder"])
def test_codes_fill_the_prior(trained, family):
    z = torch.from_numpy(vae_core.latents_of(trained(family, latent_dim=4)).mu)
    assert z.mean(0).abs().max() < 0.3
    assert ((z.std(0) > 0.75) & (z.std(0) < 1.25)).all()
    assert (torch.corrcoef(z.T) - torch.eye(4)).abs().max() < 0.3


def test_dip_codes_are_uncorrelated(trained):
    def off(run: Run) -> float:
        z = vae_core.latents_of(run).mu
        return float(np.abs(np.cov(z.T) - np.diag(np.var(z, 0))).max())

    plain, dip = (trained(name, latent_dim=6) for name in ("vae", "dip_vae"))
    assert off(dip) < 0.5 * off(plain)
