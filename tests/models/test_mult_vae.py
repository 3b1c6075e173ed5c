"""The Mult-VAE: its likelihood and objective by hand, and a run on histories from training to export."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
from torch.distributions import Multinomial, Normal, kl_divergence

import vae_core
from vae_core.analysis import EvaluateConfig, evaluate, latents_of
from vae_core.analysis.histories.recommending import (
    HISTORY_SCORES,
    best_rank,
    cosine,
    popularity,
    ranking_scores,
    recommended,
    truncated_svd,
)  # fmt: skip
from vae_core.config import ConfigError
from vae_core.datasets import DataConfig, load
from vae_core.export.halves import decoder, encoder
from vae_core.export.onnx import TOLERANCE, difference, to_onnx
from vae_core.jobs import configure
from vae_core.models import create
from vae_core.models.mult_vae import MultVAE
from vae_core.runs import Run

USERS = torch.tensor([[1.0, 0, 1, 0, 1, 0], [0, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]])


def small(**settings):
    return create("mult_vae", MultVAE.Config(**dict(shape=(6,), latent_dim=3, hidden=(16,)) | settings), seed=1)


def test_nats_are_those_of_the_multinomial_without_its_coefficient():
    model = small()
    logits = torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
    counts = USERS.sum(1)
    expected = []
    for row in range(3):
        distribution = Multinomial(int(counts[row]), logits=logits[row])
        expected.append(-distribution.log_prob(USERS[row]) + torch.lgamma(counts[row] + 1))
    torch.testing.assert_close(model.nll(logits, USERS), torch.stack(expected))


def test_the_loss_by_hand():
    model = small(dropout=0.0, schedule="linear", warmup_steps=10)
    torch.manual_seed(0)
    terms = model.loss(USERS, None, 5)
    torch.manual_seed(0)
    posterior = model.encode(USERS)
    z = posterior.sample()
    rate = kl_divergence(Normal(posterior.mu, torch.exp(0.5 * posterior.logvar)), Normal(0.0, 1.0)).sum(1)
    nll = -(USERS * torch.log_softmax(model.decoder(z), 1)).sum(1)
    torch.testing.assert_close(terms["distortion"], nll.mean())
    torch.testing.assert_close(terms["loss"], (nll + 0.5 * 0.2 * rate).mean())
    torch.testing.assert_close(model.decode(z).sum(1), torch.ones(3))


def test_the_encoder_sees_directions_and_half_of_them_in_training():
    model = small().eval()
    torch.testing.assert_close(model.embed(USERS), model.embed(USERS * 7))
    assert torch.isfinite(model.embed(torch.zeros(1, 6))).all()
    model.train()
    torch.manual_seed(0)
    assert not torch.equal(model.embed(USERS), model.embed(USERS))


def test_values_and_shapes_that_do_not_fit():
    with pytest.raises(ConfigError, match="other than 0 and 1"):
        small().check_values(USERS * 0.5)
    with pytest.raises(ConfigError, match="at least 2 items"):
        MultVAE.Config(shape=(1, 8, 8))
    with pytest.raises(ConfigError, match="learns from histories"):
        configure("digits", "mult_vae")
    with pytest.raises(ConfigError, match="choose one of mult_vae"):
        configure("tastes", "tabular_vae")


def test_a_run_is_evaluated_by_its_recommendations(history_run):
    table = history_run.evaluation()
    assert set(HISTORY_SCORES) <= set(table)
    assert table["beta"] == 0.2
    assert table["recall_20"] > table["popularity_recall_20"] + 0.02
    assert history_run.config.item == "user"
    assert "ssim" not in table
    config = json.loads((history_run.path / "config.json").read_text())
    assert config["model"]["schedule"] == "linear"
    assert Run.open(history_run.path).config == history_run.config
    data = history_run.data()
    assert latents_of(history_run).mu.shape == (len(data.test), 3)
    again = evaluate(history_run, EvaluateConfig())
    assert {name: again[name] for name in HISTORY_SCORES} == {name: table[name] for name in HISTORY_SCORES}
    train = evaluate(history_run, EvaluateConfig(split="train", limit=50))
    assert train["images"] == 50
    seen, targets = data.folds
    model = history_run.model()
    by_hand = ranking_scores(lambda users: recommended(model, users), seen, targets)
    assert by_hand["ndcg_100"] == pytest.approx(table["ndcg_100"])


def test_baselines():
    data = load(DataConfig("tastes", size=400))
    train, (seen, targets) = data.train.items, data.folds
    scores = popularity(train)(seen)
    assert torch.equal(scores[0], train.sum(0).float())
    full = train[:30, :20].float()
    x = torch.rand(3, 20)
    _, _, v = torch.linalg.svd(full, full_matrices=False)
    torch.testing.assert_close(truncated_svd(train[:30, :20], 5)(x), x @ v[:5].T @ v[:5], atol=1e-4, rtol=1e-4)
    similarity = torch.cosine_similarity(full.T[:, None], full.T[None], dim=2)
    torch.testing.assert_close(cosine(train[:30, :20])(x), x @ similarity)
    assert best_rank(train, 0) in (4, 8, 16)
    by_name = {
        "popularity": ranking_scores(popularity(train), seen, targets)["recall_20"],
        "svd": ranking_scores(truncated_svd(train, 8), seen, targets)["recall_20"],
    }
    assert by_name["svd"] > by_name["popularity"]


def test_both_halves_run_in_onnx(history_run):
    model, users = history_run.model(), history_run.data().test.items[:8].float()
    for half in (decoder(model), encoder(model)):
        content = to_onnx(half, {})
        assert difference(content, half) <= TOLERANCE
    found = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = model.embed(users).numpy()
    np.testing.assert_allclose(found.run(None, {"user": users.numpy()})[0], expected, rtol=1e-4, atol=1e-5)


def test_trained_from_python_on_a_file(tmp_path):
    rows = ["user,item"] + [f"{user},{(user % 2) * 6 + item}" for user in range(40) for item in range(6)]
    path = tmp_path / "two_groups.csv"
    path.write_text("\n".join(rows))
    run = vae_core.train(
        str(path), "mult_vae", store=vae_core.Store(tmp_path / "store"), latent_dim=2, hidden=(16,), epochs=60,
        batch_size=10, lr=1e-2, snapshots=0,
    )  # fmt: skip
    assert run.evaluation()["ndcg_100"] == pytest.approx(1.0)
