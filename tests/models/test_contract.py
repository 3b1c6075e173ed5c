"""What every registered family owes: tested once, over the registry."""

import itertools
import re
import sys

import pytest
import torch
from safetensors.torch import load, save

from vae_core.likelihoods import LIKELIHOODS
from vae_core.models import MODELS, create
from vae_core.networks import NETWORKS
from vae_core.training.state import parameters_of
from vae_core.training.steps import backward

SHAPES = [(1, 8, 8), (3, 32, 32)]


def make(name, shape=(1, 8, 8), **settings):
    config = MODELS[name].Config(shape=shape, classes=2, latent_dim=3, hidden=(24,), channels=4, **settings)
    return create(name, config, seed=1)


#: Of six images, for those who ask.
Y = torch.arange(6) % 2


def images(shape, n=6):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", MODELS)
def test_shapes(name, shape, network):
    model, x = make(name, shape, network=network), images(shape)
    posterior = model.encode(x, Y)
    assert posterior.mu.shape == posterior.sample().shape == (6, model.config.code_width)
    assert torch.equal(model.embed(x, Y), posterior.mu)
    rates, ratio = posterior.rate_per_dim(posterior.mu), posterior.log_ratio(posterior.mu)
    assert rates is None or rates.shape == (6, model.side**2 if name == "vq_vae" else 3)
    assert ratio is None or ratio.shape == (6,)
    assert posterior.logvar is None or posterior.logvar.shape == (6, 3)
    assert model.distortion(x, posterior.mu, Y).shape == (6,)
    for made in (model.decode(posterior.mu, Y), model.sample(6)):
        assert made.shape == (6, *shape)
        assert made.min() >= 0
        assert made.max() <= 1


@pytest.mark.parametrize("network", ["mlp", "conv"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("name", MODELS)
def test_the_loss_is_finite_and_reaches_every_parameter(name, likelihood, shape, network):
    model = make(name, shape, network=network, likelihood=likelihood)
    terms = model.loss(images(shape), Y, step=3)
    assert {"loss", "distortion"} <= set(terms)
    for term, value in terms.items():
        assert value.shape == (), term
        assert torch.isfinite(value), term
    backward(terms, *parameters_of(model))
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


@pytest.mark.parametrize(
    ("name", "network"), [*itertools.product(MODELS, ["mlp", "conv"]), ("vae", "resnet"), ("autoencoder", "resnet")]
)
def test_one_batch_can_be_learned(name, network):
    torch.manual_seed(0)
    # Six images are no match for a critic at full weight.
    light = {"critic_weight": 0.1} if hasattr(MODELS[name].Config, "critic_weight") else {}
    model, x = make(name, network=network, **light), images((1, 8, 8)).round()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    before = model.distortion(x, model.embed(x, Y), Y).mean().item()
    now, step = before, 0
    while now >= 0.7 * before:
        assert step < 400, f"{now:.1f} of {before:.1f} nats are left"
        optimizer.zero_grad()
        backward(model.loss(x, Y, step), *parameters_of(model))
        optimizer.step()
        step += 1
        if step % 10 == 0:
            now = model.distortion(x, model.embed(x, Y), Y).mean().item()


@pytest.mark.parametrize("name", MODELS)
def test_weights_survive_a_file(name):
    model, other = make(name), create(name, make(name).config, seed=2)
    x = images((1, 8, 8))
    assert not torch.equal(model.embed(x, Y), other.embed(x, Y))
    other.load_state_dict(load(save(model.state_dict())))
    assert torch.equal(model.embed(x, Y), other.embed(x, Y))


@pytest.mark.parametrize("name", MODELS)
def test_the_paper_is_cited_with_its_year(name):
    docs = (MODELS[name].__doc__ or "") + (sys.modules[MODELS[name].__module__].__doc__ or "")
    assert re.search(r"\b(19|20)\d\d\b", docs)
    assert MODELS[name].formula
    assert MODELS[name].about


def test_a_seed_fixes_the_weights_and_leaves_the_noise_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, two = make("vae"), make("vae")
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


#: Their loss draws more noise than the code's, or looks at the batch as a whole; test_families.py has the formulas.
ESTIMATED = {
    "denoising_autoencoder", "beta_tcvae", "s2_beta_tcvae", "cascade_vae", "info_vae", "iwae", "wae_mmd", "hierarchical_vae", "ladder_vae", "multirate_vae", "vae_gan"
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(MODELS.keys() - ESTIMATED))
def test_the_loss_is_a_mean_over_the_batch(name, monkeypatch):
    """Every image twice: the same loss, were it not for the noise, and for codebooks, which follow a batch in training."""
    model, x = make(name, network="mlp").eval(), images((1, 8, 8))
    monkeypatch.setattr(torch.Tensor, "normal_", lambda noise, *_, **__: noise.zero_())
    once, twice = (
        model.loss(batch, torch.cat([Y, Y])[: len(batch)], step=0)["loss"].item() for batch in (x, torch.cat([x, x]))
    )
    assert once == pytest.approx(twice, rel=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_samples_follow_their_generator(name):
    one, two, three = (make(name).sample(4, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, three)
