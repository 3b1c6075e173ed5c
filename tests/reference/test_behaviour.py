"""What families are for, seen on digits after seconds of training."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from sklearn.svm import SVC

import vae_core
from vae_core.analysis import rate_curve
from vae_core.models.beta_tcvae import decompose
from vae_core.runs import Run, Store

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
SETTINGS = dict(network="mlp", hidden=(128,), epochs=40, lr=3e-3, snapshots=0, image_size=16, precision="float32")


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
    shared = dict(latent_dim=64, lr=1e-3)
    plain = hoyer(trained("autoencoder", **shared))
    assert hoyer(trained("sparse_autoencoder", sparsity=1.0, **shared)) > 1.5 * plain
    assert hoyer(trained("sparse_autoencoder", activity="kl", sparsity=5.0, **shared)) > 1.5 * plain


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

    shared = dict(latent_dim=10, epochs=20)
    contractive = trained("contractive_autoencoder", contraction=10.0, **shared)
    assert moves(contractive) < 0.8 * moves(trained("autoencoder", **shared))


def test_a_larger_beta_lowers_the_rate(trained):
    rates = [rate(trained("beta_vae", latent_dim=6, beta=beta)) for beta in (1.0, 2.0, 4.0, 8.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 5 * rates[-1]


@pytest.mark.parametrize("target", [5.0, 10.0])
def test_the_controller_holds_its_rate(trained, target):
    # The controller needs its steps, however small the images are.
    settings = dict(schedule="controlled", target_rate=target, image_size=8, epochs=150, lr=1e-3)
    run = trained("vae", latent_dim=10, **settings)
    assert rate(run) == pytest.approx(target, rel=0.05)


def test_free_bits_are_used(trained):
    assert rate(trained("beta_vae", latent_dim=10, beta=4.0)) < 4
    run = trained("beta_vae", latent_dim=10, beta=4.0, free_bits=8.0, free_bits_group="code")
    assert rate(run) == pytest.approx(8, rel=0.1)
    run = trained("beta_vae", latent_dim=10, beta=4.0, free_bits=1.0)
    assert min(run.evaluation()["rate_per_dim"]) > 0.75


def test_capacity_is_filled(trained):
    run = trained("capacity_vae", latent_dim=10, target_rate=8.0, warmup_steps=200)
    assert rate(run) == pytest.approx(8, rel=0.1)


@pytest.mark.parametrize("family", ["wae_mmd", "wae_gan", "adversarial_autoencoder"])
def test_codes_fill_the_prior(trained, family):
    z = torch.from_numpy(vae_core.latents_of(trained(family, latent_dim=4, epochs=30, lr=1e-3)).mu)
    assert z.mean(0).abs().max() < 0.3
    assert ((z.std(0) > 0.75) & (z.std(0) < 1.25)).all()
    assert (torch.corrcoef(z.T) - torch.eye(4)).abs().max() < 0.3


def test_dip_codes_are_uncorrelated(trained):
    def off(run: Run) -> float:
        z = vae_core.latents_of(run).mu
        return float(np.abs(np.cov(z.T) - np.diag(np.var(z, 0))).max())

    plain, dip = (trained(name, latent_dim=6) for name in ("vae", "dip_vae"))
    assert off(dip) < 0.5 * off(plain)


def test_a_class_that_is_asked_for_is_drawn(trained):
    """Samples of class c are taken for a c by a classifier that knows real digits only."""
    run = trained("conditional_vae", latent_dim=6)
    train = run.data("all").train
    judge = SVC().fit(train.images.flatten(1).numpy() / 255, train.labels.numpy())
    test = run.data("test").test
    assert judge.score(test.images.flatten(1).numpy() / 255, test.labels.numpy()) > 0.95
    wanted = torch.arange(10).repeat_interleave(50)
    with torch.no_grad():
        drawn = run.model().sample(500, wanted, torch.Generator().manual_seed(0))
    hits = judge.predict(drawn.flatten(1).numpy()) == wanted.numpy()
    assert hits.mean() >= 0.9


def test_the_vocabulary_is_used_and_spells_digits(trained):
    small = dict(channels=12, prior_channels=16, batch_size=32, epochs=10)
    run = trained("vq_vae", network="conv", latent_dim=8, codebook=64, **small)
    numbers = run.evaluation()
    assert numbers["perplexity"] > 0.3 * 64
    assert numbers["rate"] < 16 * np.log(64), "the prior knows which words follow which"
    assert numbers["mse"] < 0.5 * trained("beta_vae", latent_dim=6, beta=4.0).evaluation()["mse"]


def total_correlation(run: Run) -> float:
    """TC of the test images' aggregate posterior in nats, with all of them as the mixture: Chen et al. 2018, eq. S7."""
    codes = vae_core.latents_of(run)
    mu, logvar = torch.from_numpy(codes.mu), 2 * torch.from_numpy(codes.sigma).log()
    noise = torch.randn(len(mu), mu.shape[1], generator=torch.Generator().manual_seed(0))
    z = mu + (0.5 * logvar).exp() * noise
    return decompose(z, mu, logvar, len(mu), stratified=True).total_correlation.mean().item()


@pytest.mark.parametrize(
    ("family", "settings"), [("beta_tcvae", {"beta": 4.0}), ("factor_vae", {"gamma": 15.0, "lr": 1e-3, "epochs": 50})]
)
def test_total_correlation_falls_and_images_stay(trained, family, settings):
    plain, beta = trained("vae", latent_dim=6), trained("beta_vae", latent_dim=6, beta=4.0)
    found = trained(family, latent_dim=6, **settings)
    assert total_correlation(found) < 0.7 * total_correlation(plain)
    assert found.evaluation()["distortion"] <= beta.evaluation()["distortion"]


def test_a_top_layer_carries_something(trained):
    for family in ("hierarchical_vae", "ladder_vae"):
        rates = trained(family, latent_dim=6, epochs=30, lr=1e-3).evaluation()["rate_per_dim"]
        assert sum(rates[4:]) > 0.5, family
        assert sum(rates[:4]) > 0.5, family


def test_a_learned_prior_is_no_worse(trained):
    plain, vamp = trained("vae", latent_dim=6).evaluation(), trained("vampprior_vae", latent_dim=6).evaluation()
    assert vamp["elbo"] > plain["elbo"] - 1


def test_one_training_holds_the_curve(trained):
    """Within 5 % of separately trained β-VAEs, in distortion at equal rate."""
    curve = rate_curve(trained("multirate_vae", latent_dim=6))
    for beta in (1.0, 2.0, 4.0):
        alone = trained("beta_vae", latent_dim=6, beta=beta).evaluation()
        assert curve.distortion_at(alone["rate"]) < 1.05 * alone["distortion"]
    assert (np.diff(curve.rate) < 0.5).all()
    assert curve.rate[0] > 10 > 0.5 > curve.rate[-1]
