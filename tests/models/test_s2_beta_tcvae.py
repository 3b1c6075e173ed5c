"""The β-TCVAE with few labels: its objective written out image by image, and factors that training must not see."""

import dataclasses

import pytest
import torch
from PIL import Image
from torch.nn.functional import binary_cross_entropy

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import latents_of
from vae_core.config import ConfigError
from vae_core.datasets import DataConfig
from vae_core.models import MODELS, create
from vae_core.models.beta_tcvae import decompose
from vae_core.models.vae import DiagonalGaussian
from vae_core.training import TrainConfig, fit
from vae_core.training.loop import prepare, training_splits


@pytest.fixture(scope="module")
def sprites():
    return vae_core.load(DataConfig("sprites", size=600, image_size=16))


X = torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
#: Two of six images have known factors.
T = torch.full((6, 2), torch.nan).index_copy(0, torch.tensor([0, 3]), torch.tensor([[0.0, 0.5], [1.0, 0.25]]))


def make(**settings):
    known = dict(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,), train_size=50, labels=5)
    return create("s2_beta_tcvae", MODELS["s2_beta_tcvae"].Config(**known | settings), seed=1)


@pytest.mark.parametrize("settings", [{}, {"beta": 4.0, "label_weight": 7.0}])
def test_the_loss_equals_the_sums_over_images(settings, monkeypatch):
    """Locatello et al. 2020, §4, one image at a time; z = mu, so that there is no noise."""
    monkeypatch.setattr(DiagonalGaussian, "sample", lambda self, generator=None: self.mu)
    model = make(**settings)
    posterior = model.encode(X)
    parts = decompose(posterior.mu, posterior.mu, posterior.logvar, 50, stratified=True)
    penalty = parts.information + model.config.beta * parts.total_correlation + parts.dimension_wise
    bounds = model.distortion(X, posterior.mu) + penalty
    probabilities = torch.sigmoid(posterior.mu)
    crossed = [binary_cross_entropy(probabilities[row, :2], T[row], reduction="sum") for row in (0, 3)]
    expected = 0.1 * bounds[[0, 3]].mean() + 0.9 * bounds[[1, 2, 4, 5]].mean()
    expected = expected + model.config.label_weight * sum(crossed) / 2
    terms = model.loss(X, T, 0)
    assert terms["loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert terms["factors"].item() == pytest.approx(sum(crossed).item() / 2, rel=1e-5)
    found = torch.autograd.grad(terms["loss"], list(model.parameters()))
    for gradient, other in zip(found, torch.autograd.grad(expected, list(model.parameters())), strict=True):
        torch.testing.assert_close(gradient, other, rtol=1e-4, atol=1e-4)


def test_hidden_factors_have_no_effect_and_no_gradient():
    model = make()
    torch.manual_seed(0)
    hidden = model.loss(X, torch.full((6, 2), torch.nan), 0)
    assert hidden["factors"].item() == 0
    hidden["loss"].backward()
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters())


# -- which factors are seen ------------------------------------------------------------------------------------------
def test_visible_factors_are_spread_evenly_and_a_function_of_number_and_seed(sprites):
    factors = sprites.train.factors
    visible = make(latent_dim=5, labels=40, train_size=len(factors)).visible_factors(factors)
    known = ~visible.isnan().any(1)
    assert known.sum() == 40
    assert visible[~known].isnan().all()
    expected = 0.1 + 0.8 * factors[known] / factors.amax(0)
    torch.testing.assert_close(visible[known], expected)
    again, other = (
        make(latent_dim=5, labels=40, label_seed=seed, train_size=len(factors)).visible_factors(factors)
        for seed in (0, 1)
    )
    assert torch.equal(again.isnan(), visible.isnan())
    assert not torch.equal(other.isnan(), visible.isnan())


def test_no_factor_of_the_other_images_reaches_the_weights(sprites):
    """Two trainings whose data differ in every hidden factor are the same to the last bit."""
    known = dict(shape=sprites.shape, latent_dim=6, labels=40, train_size=sprites.n_train)
    config = TrainConfig(steps=12, batch_size=32, snapshots=0, precision="float32", seed=2)
    order = torch.randperm(sprites.n_train, generator=torch.Generator().manual_seed(0))
    weights = []
    for rows in (order[:0], order[40:], order[:40]):
        factors = sprites.factors.clone()
        factors[rows] = factors.amax(0) - factors[rows]
        model = make(**known)
        fit(model, dataclasses.replace(sprites, factors=factors), config)
        weights.append(torch.cat([weight.flatten() for weight in model.parameters()]))
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2]), "the visible factors do matter"


def test_a_decision_uses_no_factor_of_held_out_images(sprites):
    model = make(shape=sprites.shape, latent_dim=6, labels=40, train_size=sprites.n_train)
    train, validation = training_splits(model, sprites, TrainConfig(patience=3))
    assert (~train.labels.isnan().any(1)).sum() == 40
    assert validation.labels is None
    assert len(train) + len(validation) == sprites.n_train


def test_batches_have_labelled_images_more(sprites):
    model = make(shape=sprites.shape, latent_dim=6, labels=40, train_size=sprites.n_train)
    batches = prepare(model, sprites, TrainConfig(steps=12, batch_size=32, snapshots=0, precision="float32")).batches
    x, y = batches.at(3)
    assert len(x) == len(y) == 40
    assert not y[32:].isnan().any()


def test_a_code_that_is_too_short_is_one_sentence(sprites):
    with pytest.raises(
        ConfigError, match=r"--latent-dim 3: the data have 5 factors; take at least as many dimensions\."
    ):
        fit(make(shape=sprites.shape, labels=40, train_size=sprites.n_train), sprites, TrainConfig(steps=2))


def test_more_labels_than_images_is_one_sentence():
    with pytest.raises(ConfigError, match=r"--labels 51: must be at most the 50 training images\."):
        make(labels=51)


def test_images_without_factors_and_classes_are_one_sentence(tmp_path, shared_store):
    for number in range(40):
        Image.effect_noise((8, 8), 50).save(tmp_path / f"{number}.png")
    with pytest.raises(ConfigError, match=r"needs labels, and .* has none; take labelled images, or choose one of"):
        vae_core.train(str(tmp_path), "s2_beta_tcvae", store=shared_store, **QUICK)


def test_training_without_factors_and_classes_is_refused(digits):
    unlabelled = dataclasses.replace(digits, labels=None, class_names=())
    with pytest.raises(ConfigError, match="needs labelled images; these have no labels"):
        fit(make(shape=digits.shape, labels=40, train_size=digits.n_train), unlabelled, TrainConfig(steps=2))


def test_without_factors_the_class_is_the_only_one(digits):
    model = make(shape=digits.shape, labels=40, train_size=digits.n_train)
    train, _ = training_splits(model, digits, TrainConfig())
    known = ~train.labels.isnan().any(1)
    assert train.labels.shape == (digits.n_train, 1)
    torch.testing.assert_close(train.labels[known, 0], 0.1 + 0.8 * digits.train.labels[known] / 9)


def test_few_labels_put_each_factor_on_a_dimension_of_its_own(shared_store):
    run = vae_core.train(
        "sprites",
        "s2_beta_tcvae",
        store=shared_store,
        **QUICK | {"size": 3000, "latent_dim": 6, "steps": 300, "batch_size": 64},
    )
    codes, factors = latents_of(run), run.data("test").test.factors
    table = torch.corrcoef(torch.cat([torch.as_tensor(codes.mu), factors.float()], 1).T)[:6, 6:].abs()
    assert table.argmax(0)[3:].tolist() == [3, 4], "where a sprite is"
