"""Densities of codes: known answers in two dimensions, agreement with scikit-learn and scipy, and what runs make of them."""

import json

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.stats import multivariate_normal
from sklearn.datasets import make_moons
from sklearn.mixture import GaussianMixture

import vae_core
from tests.conftest import QUICK
from vae_core.__main__ import main
from vae_core.analysis import DRAWN_FROM, cache_path, cached_quality, draw, generation_quality, sampler_of
from vae_core.analysis.codes import flow as flows
from vae_core.analysis.codes.flow import fit_flow, flow
from vae_core.analysis.codes.mixture import fit_gaussian, fit_mixture, gaussian, mixture
from vae_core.analysis.codes.samplers import draw_codes, training_codes
from vae_core.config import ConfigError
from vae_core.runs.files import read_tensors, write_tensors


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(flows, "STEPS", 200)
    monkeypatch.setattr(flows, "RATE", 5e-3)


@pytest.fixture(scope="module")
def moons():
    """Two half circles, scaled and moved so that nothing is standardised already."""
    return torch.from_numpy(make_moons(3000, noise=0.06, random_state=0)[0]).float() * 3 + 5


@pytest.fixture(scope="module")
def moon_flow(moons):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows, "STEPS", 300)
        patch.setattr(flows, "RATE", 5e-3)
        return fit_flow(moons)


def energy_distance(a, b):
    """2·E|a − b| − E|a − a'| − E|b − b'| (Székely & Rizzo 2013)."""
    return 2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean()


def test_the_density_of_a_flow_integrates_to_one(moon_flow):
    line = torch.linspace(-2, 14, 241)
    grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), 2).flatten(0, 1)
    density = flow(moon_flow[0])
    mass = density.log_prob(grid).double().exp().sum() * float(line[1] - line[0]) ** 2
    assert mass.item() == pytest.approx(1, abs=0.01)


def test_samples_of_two_moons_look_like_them(moons, moon_flow):
    unseen = torch.from_numpy(make_moons(1500, noise=0.06, random_state=1)[0]) * 3 + 5
    densities = {"gaussian": gaussian(fit_gaussian(moons)[0]), "mixture": mixture(fit_mixture(moons)[0]), "flow": flow(moon_flow[0])}  # fmt: skip
    distances = {name: energy_distance(draw_codes(density, 1500, 0), unseen) for name, density in densities.items()}
    assert distances["flow"] < 0.3 * distances["gaussian"]
    assert distances["mixture"] < 0.3 * distances["gaussian"]
    held_out = {name: -density.log_prob(unseen.float() if name == "flow" else unseen).mean().item() for name, density in densities.items()}  # fmt: skip
    assert held_out["flow"] < held_out["gaussian"] - 0.5
    assert moon_flow[1]["held_out"] == pytest.approx(held_out["flow"], abs=0.15)


def test_a_mixture_read_back_agrees_with_scikit_learn(moons, tmp_path):
    arrays, numbers = fit_mixture(moons)
    write_tensors(tmp_path / "mixture.safetensors", arrays, numbers)
    read, described = read_tensors(tmp_path / "mixture.safetensors")
    theirs = GaussianMixture(described["components"], reg_covar=1e-6 * moons.double().var(0, correction=0).mean().item(), random_state=0, max_iter=200)  # fmt: skip
    theirs.fit(moons.double().numpy())
    points = torch.randn(200, 2, dtype=torch.float64) * 3 + 5
    assert mixture(read).log_prob(points).numpy() == pytest.approx(theirs.score_samples(points.numpy()), abs=1e-9)
    assert described["components"] >= 5, "two moons are not one Gaussian"


def test_the_number_of_components_is_that_of_the_least_bic():
    generator = torch.Generator().manual_seed(0)
    corners = torch.tensor([[0.0, 0.0], [9.0, 0.0]])[torch.arange(600) % 2]
    arrays, numbers = fit_mixture(corners + torch.randn(600, 2, generator=generator))
    assert numbers["components"] == 2
    assert sorted(arrays["means"][:, 0].round().tolist()) == [0, 9]
    assert fit_mixture(torch.randn(7, 3))[1]["components"] == 1, "too few codes for more"


def test_a_gaussian_agrees_with_scipy(moons):
    points = np.random.default_rng(0).normal(5, 3, (50, 2))
    theirs = multivariate_normal(moons.double().mean(0).numpy(), np.cov(moons.double().numpy().T, ddof=0))
    found = gaussian(fit_gaussian(moons)[0]).log_prob(torch.from_numpy(points))
    assert found.numpy() == pytest.approx(theirs.logpdf(points), abs=1e-3)


@pytest.mark.parametrize(
    "codes", [torch.randn(300, 1), torch.cat([torch.randn(300, 2) * 40, torch.zeros(300, 1)], dim=1)]
)
def test_one_dimension_and_one_that_never_moves_can_be_fitted(codes):
    for fit, density in ((fit_gaussian, gaussian), (fit_mixture, mixture), (fit_flow, flow)):
        drawn = draw_codes(density(fit(codes)[0]), 500, 0)
        assert torch.isfinite(drawn).all()
        assert drawn.std(0)[0] == pytest.approx(codes.std(0)[0].item(), rel=0.25)
        assert codes.shape[1] == 1 or drawn[:, 2].std() < 1


# -- of runs ------------------------------------------------------------------------------------------------------------
def test_what_is_fitted_are_draws_not_means(run):
    model = run.model()
    codes, train = training_codes(run, model), run.data("all").train
    posterior = model.encode(train.images.float() / 255)
    assert codes.shape == (len(train), 4)
    expected = posterior.mu.var(0, correction=0) + posterior.logvar.exp().mean(0)
    assert codes.var(0, correction=0).tolist() == pytest.approx(expected.tolist(), rel=0.1)
    assert torch.equal(codes, training_codes(run, model))


@pytest.mark.parametrize("name", [name for name in DRAWN_FROM if name != "prior"])
def test_a_fit_is_cached_and_draws_follow_their_seed(autoencoder_run, name, monkeypatch):
    density = sampler_of(autoencoder_run, name)
    monkeypatch.setattr("vae_core.analysis.codes.samplers.training_codes", lambda *_: pytest.fail("fitted again"))
    again = sampler_of(autoencoder_run, name)
    model = autoencoder_run.model()
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one, two = (draw(model, 6, seed=3, density=found) for found in (density, again))
    assert torch.equal(torch.rand(1), expected), "random state is left alone"
    assert torch.equal(one.z, two.z)
    assert not torch.equal(one.z, draw(model, 6, seed=4, density=density).z)
    assert torch.allclose(one.images, model.decode(one.z), atol=1e-6)


@pytest.mark.parametrize("family", ["conditional_vae", "m2_vae", "hierarchical_vae", "vampprior_vae", "multirate_vae"])
def test_every_family_whose_codes_are_points_can_be_drawn_from(shared_store, family):
    quick = QUICK | {"epochs": 1, "latent_dim": 3}
    run = vae_core.train("digits", family, store=shared_store, name=f"sampled-{family}", **quick)
    run = run.at_beta(2.0) if run.config.model.betas else run
    drawn = draw(run.model(), 12, density=sampler_of(run, "mixture"))
    assert drawn.images.shape == (12, 1, 8, 8)
    assert drawn.labels is None or drawn.labels[:3].tolist() == [0, 1, 2]


def test_what_cannot_be_drawn_from_is_refused_in_a_sentence(run, shared_store):
    with pytest.raises(ConfigError, match="--draw-from 'vine': not known; choose prior, gaussian, mixture, flow"):
        sampler_of(run, "vine")
    with pytest.raises(ConfigError, match="applies to the prior alone"):
        draw(run.model(), 3, 0.5, density=sampler_of(run, "gaussian"))
    quick = QUICK | {"epochs": 1, "network": "conv", "channels": 4, "latent_dim": 4}
    grid = vae_core.train("digits", "vq_vae", store=shared_store, codebook=8, **quick)
    with pytest.raises(ConfigError, match="codes of VQ-VAE are grids of indices; choose prior"):
        sampler_of(grid, "mixture")


def test_quality_is_measured_for_each_and_old_caches_stay(autoencoder_run, capsys, monkeypatch):
    monkeypatch.setattr("vae_core.analysis.scores.generation.STEPS", 60)
    store = autoencoder_run.path.parent
    command = ["metrics", autoencoder_run.id, "--store", str(store), "--scores", "", "--json"]
    assert main([*command, "--features", "classifier", "--draw-from", "prior,mixture"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["fid"] == generation_quality(autoencoder_run, "classifier")["fid"]
    assert found["fid_mixture"] == cached_quality(autoencoder_run, "classifier", draw_from="mixture")["fid"]
    assert found["fid_mixture"] != found["fid"]
    assert cached_quality(autoencoder_run, "classifier", draw_from="flow") is None
    assert cache_path(autoencoder_run, "generation", {"features": "classifier", "seed": 0, "scaled": 1}).exists()
    assert main([*command, "--features", "classifier", "--draw-from", "vine"]) == 2
    assert "--draw-from 'vine'" in capsys.readouterr().err
