"""Anomalies: scores, thresholds, the ROC, other images made to fit, and noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

import vae_core
from vae_core.analysis import anomaly_scores, noise_sweep, other_images, roc, threshold_at
from vae_core.datasets import DataConfig, load
from vae_core.datasets.base import DataError
from vae_core.divergences import gaussian_kl
from vae_core.metrics.coded import MetricError


def test_scores_are_the_terms_of_the_bound(run: vae_core.Run):
    data, model = run.data("test").test, run.model()
    found = anomaly_scores(model, data.images[:20])
    x = data.images[:20].float() / 255
    posterior = model.encode(x)
    assert found["distortion"] == pytest.approx(model.distortion(x, posterior.mu).detach().numpy(), rel=1e-5)
    rate = gaussian_kl(posterior.mu, posterior.logvar).sum(1).detach().numpy()
    assert found["rate"] == pytest.approx(rate, rel=1e-5)
    assert found["nelbo"] == pytest.approx(found["distortion"] + found["rate"], rel=1e-6)
    assert found["mse"].shape == (20,)


def test_an_autoencoder_has_errors_alone(autoencoder_run: vae_core.Run):
    found = anomaly_scores(autoencoder_run.model(), autoencoder_run.data("test").test.images[:10])
    assert found.keys() == {"distortion", "mse"}


def test_the_threshold_and_the_roc():
    random = np.random.RandomState(0)
    normal, odd = random.standard_normal(2000), 1.5 + random.standard_normal(500)
    at = threshold_at(normal, 95)
    assert (normal > at).mean() == pytest.approx(0.05, abs=0.001)
    found = roc(normal, odd, at)
    assert found.auc == pytest.approx(roc_auc_score([0] * 2000 + [1] * 500, np.r_[normal, odd]))
    assert found.true_positive_rate == pytest.approx((odd > at).mean())
    nearest = found.tpr[np.abs(found.fpr - 0.05).argmin()]
    assert found.true_positive_rate == pytest.approx(nearest, abs=0.02)
    with pytest.raises(MetricError, match="percentile 100"):
        threshold_at(normal, 100)
    with pytest.raises(MetricError, match="no normal images"):
        threshold_at(normal[:0], 95)
    with pytest.raises(MetricError, match="normal and anomalous"):
        roc(normal, odd[:0], at)


@pytest.mark.parametrize(("name", "shape"), [("shapes3d", (1, 16, 16)), ("digits", (3, 24, 24)), ("sprites", (1, 64, 64))])  # fmt: skip
def test_strangers_are_made_to_fit(name: str, shape: tuple[int, int, int]):
    found = other_images(name, shape, limit=50)
    assert found.test.images.shape == (50, *shape)
    assert found.test.images.dtype == torch.uint8
    if shape[0] == 3:
        assert (found.test.images[:, 0] == found.test.images[:, 2]).all()
    with pytest.raises(DataError, match="not known"):
        other_images("nothing", shape)


def test_a_class_can_be_left_out_of_training(shared_store: vae_core.Store):
    config = DataConfig("digits", image_size=8, leave_out=4)
    data, whole = load(config), load(DataConfig("digits", image_size=8))
    assert 4 not in data.train.labels
    assert (data.test.labels == whole.test.labels).all()
    assert len(data.train) == int((whole.train.labels != 4).sum()) == data.train_size
    test = load(config, split="test")
    assert (test.fingerprint, test.train_size, len(test.train)) == (data.fingerprint, data.train_size, 0)
    assert data.fingerprint != whole.fingerprint
    for label, words in ((12, "classes 0 to 9"), (0, "no labels")):
        with pytest.raises(DataError, match=words):
            (data if words != "no labels" else vae_core.datasets.ImageData("plain", data.images, 5)).without(label)
    run = vae_core.train("digits", "vae", store=shared_store, name="without", network="mlp", hidden=(64,), latent_dim=6, image_size=8, epochs=40, snapshots=0, leave_out=4)  # fmt: skip
    found = anomaly_scores(run.model(), data.test.images)["nelbo"]
    fours = (data.test.labels == 4).numpy()
    assert roc(found[~fours], found[fours], threshold_at(found[~fours], 95)).auc > 0.6, "what it never saw costs more"


def test_noise_costs_more_the_stronger_it_is(run: vae_core.Run):
    data, model = run.data("test").test, run.model()
    found, shown = noise_sweep(model, data.images[:60])
    assert shown.shape == (2, 6, 1, 8, 8)
    assert torch.allclose(shown[0, 0], data.images[0].float() / 255)
    assert found.code_shift[0] == 0
    assert found.noisy_mse[0] == 0
    assert (np.diff(found.code_shift) > 0).all()
    assert (np.diff(found.noisy_mse) > 0).all()
    again, _ = noise_sweep(model, data.images[:60])
    assert (again.mse == found.mse).all()
