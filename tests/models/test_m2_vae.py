"""M2: the objective written out image by image, and labels that training must not see."""

import dataclasses
import math

import pytest
import torch

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import ACCURACIES, EvaluateConfig, class_probabilities, evaluate
from vae_core.analysis.scores.classification import baseline_accuracies
from vae_core.config import ConfigError
from vae_core.divergences import gaussian_kl
from vae_core.models import MODELS, create
from vae_core.models.m2_vae import labelled_rows
from vae_core.models.vae import DiagonalGaussian
from vae_core.training import TrainConfig, fit
from vae_core.training.batches import REPEATED, Batches
from vae_core.training.loop import training_splits

X = torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
#: Two of six images have a label.
Y = torch.tensor([2, -1, 0, -1, -1, -1])


def make(**settings):
    known = dict(shape=(1, 8, 8), classes=3, latent_dim=2, network="mlp", hidden=(16,), train_size=50, labels=5)
    return create("m2_vae", MODELS["m2_vae"].Config(**known | settings), seed=1)


@pytest.mark.parametrize("settings", [{}, {"beta": 4.0, "classifier_weight": 2.0}, {"labelled_share": 0.4}])
def test_the_loss_equals_the_sums_over_images_and_classes(settings, monkeypatch):
    """Kingma et al. 2014, eq. 6 to 9, one image and one class at a time; z = mu, so that there is no noise."""
    monkeypatch.setattr(DiagonalGaussian, "sample", lambda self, generator=None: self.mu)
    model = make(**settings)

    def bound_of(x, y):  # L(x, y), eq. 6
        posterior = model.encode(x, y)
        distortion = model.nll(model.decode_logits(posterior.mu, y), x)
        return distortion + model.config.beta * gaussian_kl(posterior.mu, posterior.logvar).sum(1) + math.log(3)

    labelled, unlabelled, crossed = [], [], []
    for x, label in zip(X.split(1), Y.tolist(), strict=True):
        log_q = model.class_logits(x).log_softmax(1)[0]
        of_class = torch.cat([bound_of(x, torch.tensor([k])) for k in range(3)])
        if label >= 0:
            labelled.append(of_class[label])
            crossed.append(-log_q[label])
        else:  # U(x), eq. 7
            unlabelled.append((log_q.exp() * of_class).sum() + (log_q.exp() * log_q).sum())
    share = settings.get("labelled_share", 5 / 50)
    expected = share * sum(labelled) / 2 + (1 - share) * sum(unlabelled) / 4
    expected = expected + model.config.classifier_weight * sum(crossed) / 2
    terms = model.loss(X, Y, 0)
    assert terms["loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    found = torch.autograd.grad(terms["loss"], list(model.parameters()))
    for gradient, other in zip(found, torch.autograd.grad(expected, list(model.parameters())), strict=True):
        torch.testing.assert_close(gradient, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("settings", [{"schedule": "capacity", "warmup_steps": 0}, {"free_bits": 0.5}])
def test_other_charges_for_the_rate_apply_to_the_mean_rate_over_classes(settings):
    terms = make(**settings).loss(X, Y, 3)
    assert all(torch.isfinite(value) for value in terms.values())


def test_an_image_without_a_class_takes_the_predicted_one():
    model = make()
    predicted = model.class_logits(X).argmax(1)
    assert torch.equal(model.embed(X), model.embed(X, predicted))
    assert not torch.equal(model.embed(X), model.embed(X, (predicted + 1) % 3))
    z = torch.randn(6, 2)
    assert torch.equal(model.distortion(X, z), model.distortion(X, z, predicted))


# -- which labels are seen -------------------------------------------------------------------------------------------
def test_labelled_rows_are_balanced_and_a_function_of_data_number_and_seed(digits):
    labels = digits.train.labels
    rows = labelled_rows(labels, 100, seed=3)
    assert torch.bincount(labels[rows]).tolist() == [10] * 10
    assert len(set(rows.tolist())) == 100
    assert torch.equal(rows, labelled_rows(labels.clone(), 100, seed=3))
    assert not torch.equal(rows, labelled_rows(labels, 100, seed=4))
    assert torch.bincount(labels[labelled_rows(labels, 23, 0)]).tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    few = torch.tensor([0, 0, 0, 0, 1])
    assert torch.bincount(few[labelled_rows(few, 4, 0)]).tolist() == [3, 1]
    assert len(labelled_rows(few, 5, 0)) == 5


def test_no_label_of_the_other_images_reaches_the_weights(digits):
    """Two trainings whose data differ in every label that comes after the chosen ones are the same to the last bit."""
    chosen = labelled_rows(digits.train.labels, 100, 0)
    order = torch.randperm(digits.n_train, generator=torch.Generator().manual_seed(0))
    after = order[torch.isin(order, chosen).nonzero().max() + 1 :]
    labels = digits.labels.clone()
    labels[after] = (labels[after] + 3) % 10
    other = dataclasses.replace(digits, labels=labels)
    assert len(after) > 1000
    assert torch.equal(labelled_rows(other.train.labels, 100, 0), chosen)
    config = TrainConfig(steps=12, batch_size=64, snapshots=0, precision="float32", seed=2)
    models = [make(classes=10, labels=100, train_size=digits.n_train) for _ in range(3)]
    labels = digits.labels.clone()
    labels[chosen] = (labels[chosen] + 1) % 10
    for model, data in zip(models, (digits, other, dataclasses.replace(digits, labels=labels)), strict=True):
        model.visible_labels = lambda given: torch.full_like(given, -1).index_copy(0, chosen, given[chosen])
        fit(model, data, config)
    one, two, wrong = (torch.cat([weight.flatten() for weight in model.parameters()]) for model in models)
    assert torch.equal(one, two)
    assert not torch.equal(one, wrong), "the chosen labels do matter"


def test_a_decision_uses_no_label_of_held_out_images(digits):
    model = make(classes=10, labels=100, train_size=digits.n_train)
    train, validation = training_splits(model, digits, TrainConfig(patience=3))
    assert (train.labels >= 0).sum() == 100
    assert validation.labels is None
    assert len(train) + len(validation) == digits.n_train


def test_each_batch_has_labelled_images_more_and_is_a_function_of_seed_and_step(digits):
    chosen = labelled_rows(digits.train.labels, 20, 0)
    one, two = (Batches(digits.train, 32, 3, torch.device("cpu"), False, repeated=chosen) for _ in range(2))
    rows = [one.rows(step) for step in range(60)]
    for step in (59, 3, 45):
        assert torch.equal(two.rows(step), rows[step])
    for batch in rows:
        assert len(batch) == 32 + 32 // REPEATED
        assert torch.isin(batch[32:], chosen).all()
    plain = Batches(digits.train, 32, 3, torch.device("cpu"), False)
    assert torch.equal(rows[50][:32], plain.rows(50))


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"labels": 2}, "--labels 2: must be at least one for each of the 3 classes and at most the 50 training images"),
     ({"labels": 51}, "--labels 51"), ({"labels": 0}, "--labels 0: must be at least 1")],
)  # fmt: skip
def test_a_number_of_labels_that_the_data_does_not_have_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        make(**settings)


# -- accuracy ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def m2(shared_store):
    return vae_core.train("digits", "m2_vae", store=shared_store, classifier_weight=10.0, **QUICK | {"epochs": 20, "batch_size": 64, "lr": 3e-3})  # fmt: skip


def test_the_evaluation_has_the_accuracy_beside_those_of_the_labels_alone(m2):
    found, test = m2.evaluation(), m2.data().test
    assert set(ACCURACIES) <= set(found)
    predicted = class_probabilities(m2.model(), test.images)
    assert predicted.sum(1).numpy() == pytest.approx(1, abs=1e-5)
    assert found["accuracy"] == pytest.approx((predicted.argmax(1) == test.labels).double().mean().item())
    assert found["label_count"] == 100
    assert min(found[name] for name in ACCURACIES) > 0.7, "ten classes: chance is 0.1"
    first = evaluate(m2, EvaluateConfig(limit=20))
    assert first["accuracy"] == pytest.approx((predicted.argmax(1) == test.labels)[:20].double().mean().item())
    assert "accuracy_network" not in first, "a baseline is that of the whole test split"


def test_the_baselines_are_cached_with_the_run(m2, monkeypatch):
    before = baseline_accuracies(m2)
    monkeypatch.setattr("vae_core.analysis.scores.classification._logistic", lambda *_: pytest.fail("computed again"))
    assert baseline_accuracies(m2) == before


def test_other_families_have_no_accuracy(run):
    assert "accuracy" not in run.evaluation()
    with pytest.raises(NotImplementedError, match="does not classify"):
        run.model().class_logits(X)
