"""One loaded model per run, one thread for all: answers are the model's own, and a bad request is refused in a sentence."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
import torch

import vae_core
from vae_core.models import MODELS, Model
from vae_core.runs import Run, RunError, Store
from vae_core.serving import MAX_BATCH, MAX_CODE, DecodeService, ModelCache, RequestError, size_of, to_pixels

LIMIT = 180  # seconds


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def run(store):
    return vae_core.train(
        "digits",
        "beta_vae",
        store=store,
        beta=1.0,
        latent_dim=4,
        network="mlp",
        hidden=(16,),
        epochs=1,
        size=200,
        image_size=8,
    )


@pytest.fixture
def copies(run, tmp_path):
    """Three runs with weights of their own."""
    store = Store(tmp_path)
    for name in "abc":
        shutil.copytree(run.path, tmp_path / name)
    return [store.open(name) for name in "abc"]


@pytest.fixture
def service():
    return DecodeService(ModelCache())


def codes(n, dims=4):
    return np.random.default_rng(0).normal(size=(n, dims)).astype(np.float32)


def test_a_decoded_code_is_what_the_model_draws(run, service):
    z = codes(5)
    with torch.no_grad():
        wanted = run.model().decode(torch.from_numpy(z))
    found = service.decode(run, z).result(LIMIT)
    assert found.shape == (5, 8, 8, 1)
    assert found.dtype == np.uint8
    assert np.abs(found[..., 0].astype(int) - (wanted[:, 0].numpy() * 255).round()).max() <= 1


def test_an_encoded_image_is_its_posterior_mean(run, service):
    images = run.data("test").test.images[:7]
    with torch.no_grad():
        wanted = run.model().encode(images.float() / 255).mu
    found = service.encode(run, images.permute(0, 2, 3, 1).contiguous().numpy()).result(LIMIT)
    assert np.allclose(found, wanted.numpy(), atol=1e-4)


def test_draws_come_from_the_prior(run, service):
    torch.manual_seed(0)
    found = service.draw(run, 2000).result(LIMIT)
    assert found.shape == (2000, 4)
    assert np.abs(found.mean(0)).max() < 0.1
    assert np.abs(found.std(0) - 1).max() < 0.1


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (codes(1, 3), "takes"),
        (codes(4)[0], "takes"),
        (np.zeros((0, 4), np.float32), "0 codes"),
        (np.zeros((MAX_BATCH + 1, 4), np.float32), "257 codes"),
        (np.full((1, 4), np.nan, np.float32), "not finite"),
        (np.full((1, 4), -np.inf, np.float32), "not finite"),
        (np.full((1, 4), 2 * MAX_CODE, np.float32), "beyond"),
    ],
)
def test_a_code_that_cannot_be_is_reported_and_disturbs_nobody(run, service, z, words):
    with pytest.raises(RequestError, match=words):
        service.decode(run, z).result(LIMIT)
    assert service.decode(run, codes(1)).result(LIMIT).shape == (1, 8, 8, 1)


@pytest.mark.parametrize("shape", [(1, 9, 8, 1), (1, 8, 8, 3), (8, 8, 1), (0, 8, 8, 1)])
def test_images_of_another_shape_are_reported(run, service, shape):
    with pytest.raises(RequestError, match=r"takes|0 images"):
        service.encode(run, np.zeros(shape, np.uint8)).result(LIMIT)


def test_small_jobs_overtake_large_ones(run, service):
    """The image that follows the thumb does not wait for a strip that was requested before."""
    begun, go_on, order = threading.Event(), threading.Event(), []

    def hold():
        begun.set()
        go_on.wait(LIMIT)

    service._put(0, hold)
    begun.wait(LIMIT)
    jobs = []
    for name, n in (("strip", 110), ("row", 11), ("image", 1), ("second image", 1)):
        job: Future = service.decode(run, codes(n))
        job.add_done_callback(lambda _, name=name: order.append(name))
        jobs.append(job)
    go_on.set()
    for job in jobs:
        job.result(LIMIT)
    assert order == ["image", "second image", "row", "strip"]


def test_a_job_nobody_waits_for_is_left_out(run, service):
    go_on = threading.Event()
    service._put(0, lambda: go_on.wait(LIMIT))
    job = service.decode(run, codes(1))
    assert job.cancel()
    go_on.set()
    assert service.decode(run, codes(1)).result(LIMIT).shape == (1, 8, 8, 1)


def test_the_model_used_least_lately_leaves_first(copies):
    a, b, c = copies
    models = ModelCache(capacity=2 * size_of(a.model()))
    first = models.model(a)
    models.model(b)
    assert models.model(a) is first
    models.model(c)  # b leaves
    assert models.model(a) is first
    assert list(models._models) == [run.path / "weights.safetensors" for run in (c, a)]


def test_a_model_larger_than_the_cache_stays_loaded(copies):
    models = ModelCache(capacity=1)
    assert models.model(copies[0]) is models.model(copies[0])


def test_new_weights_are_loaded_and_a_deleted_run_is_reported(copies):
    run, models = copies[0], ModelCache()
    before = models.model(run)
    stamp = run.weights_path.stat()
    os.utime(run.weights_path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    after = models.model(run)
    assert after is not before
    shutil.rmtree(run.path)
    with pytest.raises(RunError, match="was deleted"):
        models.model(run)
    assert run.path not in models._models


class ByClass(Model):
    """Draws each class in a grey of its own."""

    title, conditional = "By class", True

    def decode(self, z, labels=None):
        assert labels is not None
        grey = labels.float() / self.config.classes + z.sum(1) * 0
        return grey[:, None, None, None].expand(-1, *self.config.shape)


def test_a_conditional_model_wants_a_class_that_there_is(run, service, monkeypatch):
    model = ByClass(replace(run.config.model, classes=10))
    monkeypatch.setattr(service.models, "model", lambda run: model)
    found = service.decode(run, codes(3), 5).result(LIMIT)
    assert (found == round(255 * 0.5)).all()
    for label in (None, -1, 10, 2.5, float("nan")):
        with pytest.raises(RequestError, match="0 to 9"):
            service.decode(run, codes(1), label).result(LIMIT)


def test_a_model_that_is_conditioned_on_beta_wants_one_it_was_trained_for(service, monkeypatch, run):
    torch.manual_seed(0)
    kind = MODELS["multirate_vae"]
    model = kind(kind.Config(shape=(1, 8, 8), latent_dim=4, network="mlp", hidden=(16,)))
    monkeypatch.setattr(service.models, "model", lambda run: model)
    found = [service.decode(run, codes(3, 4), beta).result(LIMIT) for beta in (None, 1.0, 0.1, 100.0)]
    assert (found[0] == found[1]).all()
    assert not (found[2] == found[3]).all()
    for beta in (0.05, 101.0, float("nan")):
        with pytest.raises(RequestError, match=r"trained from 0\.1 to 100"):
            service.decode(run, codes(3, 4), beta).result(LIMIT)


def test_pixels_are_rounded_not_cut():
    images = torch.tensor([0.0, 0.499 / 255, 0.5, 1.0, 1.7, -3.0]).reshape(6, 1, 1, 1)
    assert to_pixels(images).ravel().tolist() == [0, 0, 128, 255, 255, 0]
    assert to_pixels(torch.tensor([7], dtype=torch.uint8).reshape(1, 1, 1, 1)).item() == 7


def test_both_memory_layouts_draw_the_same(run: Run, service):
    """The cache holds weights in another order than the run: at most one grey level may come of it."""
    z = codes(32)
    with torch.no_grad():
        plain = to_pixels(run.model().decode(torch.from_numpy(z)))
    assert np.abs(plain.astype(int) - service.decode(run, z).result(LIMIT)).max() <= 1


def test_a_row_travels_as_its_bytes(table_run: Run) -> None:
    codes = np.random.RandomState(0).randn(3, 3).astype(np.float32)
    content = DecodeService(ModelCache()).decode(table_run, codes).result(60)
    assert content.dtype == np.uint8
    with torch.no_grad():
        expected = table_run.model().decode(torch.from_numpy(codes)).numpy()
    np.testing.assert_allclose(content.view("<f4"), expected, rtol=1e-5, atol=1e-6)
