import json

import pytest
import torch

from vae_core.models import MODELS, create
from vae_core.training import TrainConfig, calibration
from vae_core.training.calibration import fastest, resolve_precision, seconds_per_step


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
        calibration, "seconds_per_step", lambda *_: requests.append(1) or {"float32": 1.0, "bfloat16": 0.5}
    )
    assert [resolve_precision(TrainConfig(), model, 2000).precision for _ in range(2)] == ["bfloat16", "bfloat16"]
    assert len(requests) == 1
    resolve_precision(TrainConfig(batch_size=64), model, 2000)
    assert len(requests) == 2


@pytest.mark.parametrize("content", ["", "[]", "{", json.dumps({"x": "quantum"})])
def test_a_spoilt_memory_is_forgotten(model, home, monkeypatch, content):
    monkeypatch.setattr(calibration, "seconds_per_step", lambda *_: {"float32": 1.0})
    (home / "betascope").mkdir()
    (home / "betascope" / "precision.json").write_text(content)
    assert resolve_precision(TrainConfig(), model, 2000).precision == "float32"


def test_trying_leaves_weights_and_noise_alone(model):
    before, expected = {k: v.clone() for k, v in model.state_dict().items()}, torch.random.get_rng_state()
    found = seconds_per_step(model, 4, budget=0.0)
    assert set(found) == {"float32", "products", "bfloat16"}
    assert min(found.values()) > 0
    assert torch.equal(torch.random.get_rng_state(), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.get_float32_matmul_precision() == "highest"
