import json

import pytest
import torch

from vae_core.models import MODELS, create
from vae_core.training import TrainConfig, calibration
from vae_core.training.calibration import estimated_seconds, fastest, resolve_precision, seconds_per_step


@pytest.fixture
def model():
    return create("vae", MODELS["vae"].Config(shape=(1, 8, 8), network="conv", latent_dim=3, hidden=(8,), channels=4))


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_is_not_clearly_faster_stays_float32():
    assert fastest({"float32": 1.0, "products": 0.95, "bfloat16": 2.0}) == "float32"
    assert fastest({"float32": 1.0, "products": 0.8, "bfloat16": 0.7}) == "bfloat16"


def test_an_explicit_precision_is_kept(model):
    config = TrainConfig(precision="products")
    assert resolve_precision(config, model, 10**6) is config


def test_a_short_run_takes_float32_untried(model, home, monkeypatch):
    monkeypatch.setattr(calibration, "seconds_per_step", None)
    assert resolve_precision(TrainConfig(), model, 1999).precision == "float32"


def test_a_long_run_is_tried_once_and_remembered(model, home, monkeypatch):
    requests = []
    monkeypatch.setattr(
        calibration, "seconds_per_step", lambda *_, **__: requests.append(1) or {"float32": 1.0, "bfloat16": 0.5}
    )
    assert [resolve_precision(TrainConfig(), model, 2000).precision for _ in range(2)] == ["bfloat16", "bfloat16"]
    assert len(requests) == 1
    resolve_precision(TrainConfig(batch_size=64), model, 2000)
    assert len(requests) == 2


def test_all_that_changes_a_step_is_timed_apart_and_variants_of_a_sweep_are_not(home, monkeypatch):
    requests = []
    monkeypatch.setattr(calibration, "seconds_per_step", lambda *_, **__: requests.append(1) or {"float32": 1.0})

    def timed(family="factor_vae", **settings):
        kind = MODELS[family].Config(**dict(shape=(1, 8, 8), network="mlp", latent_dim=3, hidden=(8,)) | settings)
        before = len(requests)
        resolve_precision(TrainConfig(), create(family, kind), 2000)
        return len(requests) > before

    assert timed()
    assert timed(critic_width=1000)
    assert timed(critic_depth=5)
    assert timed(ssim_weight=10.0)
    assert timed("iwae", importance_samples=5)
    assert timed("iwae", importance_samples=50)
    assert timed("beta_vae", beta=0.0)
    assert not timed("beta_vae", beta=4.0, train_size=5000, warmup_steps=7, sigma=0.2)
    assert not timed(gamma=35.0)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", json.dumps({"x": "quantum"}), json.dumps({"x": {"float32": "fast"}})]
)
def test_a_spoilt_memory_is_forgotten(model, home, monkeypatch, content):
    monkeypatch.setattr(calibration, "seconds_per_step", lambda *_, **__: {"float32": 1.0})
    (home / "betascope").mkdir()
    (home / "betascope" / "steps.json").write_text(content)
    assert resolve_precision(TrainConfig(), model, 2000).precision == "float32"


def test_trying_leaves_weights_and_noise_alone(model):
    before, expected = {k: v.clone() for k, v in model.state_dict().items()}, torch.random.get_rng_state()
    found = seconds_per_step(model, 4, budget=0.0)
    assert set(found) == {"float32", "products", "bfloat16"}
    assert min(found.values()) > 0
    assert torch.equal(torch.random.get_rng_state(), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.get_float32_matmul_precision() == "highest"


def test_what_runs_cost_follows_from_steps_of_this_machine(model, home, monkeypatch):
    times = {"float32": 0.02, "products": 0.02, "bfloat16": 0.01}
    monkeypatch.setattr(calibration, "seconds_per_step", lambda *_, **__: times)
    monkeypatch.setattr(calibration, "cores", lambda: 2)
    seconds = {
        (total, runs, precision): estimated_seconds(TrainConfig(precision=precision), model, total, runs)
        for total in (1000, 4000)
        for runs in (1, 3)
        for precision in ("auto", "products")
    }
    assert seconds[1000, 1, "auto"] == pytest.approx(1.15 * 1000 * 0.02), "a short run takes float32"
    assert seconds[4000, 1, "auto"] == pytest.approx(1.15 * 4000 * 0.01)
    assert seconds[4000, 1, "products"] == pytest.approx(1.15 * 4000 * 0.02)
    assert seconds[4000, 3, "auto"] == pytest.approx(2 * seconds[4000, 1, "auto"]), (
        "two cores take three runs in two rounds"
    )
