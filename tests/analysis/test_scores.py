"""Scores of runs: what is computed once, what is refused, and what needs no factors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

import vae_core
from vae_core.analysis import (
    cached_scores,
    coded_of,
    generation_quality,
    latents_of,
    mig_matrix,
    names_of,
    scores_of_run,
    scores_without_factors,
    smoothness,
)
from vae_core.config import ConfigError
from vae_core.metrics.coded import MetricError
from vae_core.metrics.disentanglement import SCORES
from vae_core.metrics.independence import gaussian_total_correlation

FEW = ("mig", "modularity", "factor_vae")


@pytest.fixture(scope="module")
def sprites(shared_store: vae_core.Store) -> vae_core.Run:
    return vae_core.train("sprites", "vae", store=shared_store, name="scored", network="mlp", hidden=(32,), latent_dim=4, image_size=8, size=4000, epochs=2, snapshots=0)  # fmt: skip


def test_a_run_is_measured_once(sprites: vae_core.Run, monkeypatch: pytest.MonkeyPatch):
    assert cached_scores(sprites, FEW) is None
    seen = []
    found = scores_of_run(sprites, FEW, progress=lambda done, total: seen.append(done))
    assert seen == [1, 2, 3]
    coded = coded_of(sprites)
    assert len(coded) == 4000
    assert np.allclose(coded.codes[:50], latents_of(sprites).mu[:50], atol=1e-5), "test images come first"
    assert found == {number: one for name in FEW for number, one in SCORES[name].function(coded, 0).estimates().items()}
    monkeypatch.setattr("vae_core.analysis.scores.sources.encode_images", None)
    assert cached_scores(sprites, FEW) == found
    assert scores_of_run(sprites, FEW) == found
    assert cached_scores(sprites, (*FEW, "sap")) is None


def test_the_matrix_is_what_the_mig_looks_at(sprites: vae_core.Run):
    matrix, factors = mig_matrix(sprites)
    assert matrix.shape == (4, 5)
    assert factors[0] == "shape"
    ranked = np.sort(matrix, axis=0)[::-1]
    assert float((ranked[0] - ranked[1]).mean()) == pytest.approx(scores_of_run(sprites, ["mig"])["mig"].value)


def test_images_without_factors_are_reported(run: vae_core.Run):
    with pytest.raises(MetricError, match="digits has no ground-truth factors"):
        scores_of_run(run, FEW)
    found = scores_without_factors(run)
    codes = latents_of(run)
    assert found["gaussian_tc"] == pytest.approx(gaussian_total_correlation(codes.mu.astype(float)))
    assert 0.2 < found["probe_accuracy"] <= 1


def test_baselines_stand_beside_a_run(sprites: vae_core.Run):
    ideal = coded_of(sprites, "factors")
    assert (ideal.codes == ideal.factors).all()
    # 20 bins cannot tell 40 orientations apart: even the factors themselves do not reach 1.
    assert 0.8 < scores_of_run(sprites, ["mig"], of="factors")["mig"].value < 0.95
    principal, own = coded_of(sprites, "pca"), coded_of(sprites)
    assert principal.codes.shape == own.codes.shape
    assert (principal.factors == own.factors).all()
    data = sprites.data("all")
    wanted = PCA(4).fit(data.train.images[:10_000].flatten(1).float().div(255).numpy())
    found = wanted.transform(data.test.images[:200].flatten(1).float().div(255).numpy())
    assert np.allclose(np.abs(principal.codes[:200]), np.abs(found), atol=0.05)
    with pytest.raises(ConfigError, match="--of 'ica'"):
        coded_of(sprites, "ica")


def test_what_codes_tell_by_themselves(sprites: vae_core.Run):
    found = scores_without_factors(sprites)
    codes = latents_of(sprites)
    assert codes.gaussian
    assert found["information"] + found["marginal_kl"] == pytest.approx(codes.rate.sum(1).mean(), abs=0.3)
    assert found["information"] <= np.log(sprites.config.model.train_size) + 1e-9
    assert 1 / 16 <= found["smoothness"] <= 1


def test_smoothness_is_one_where_the_image_moves_evenly(sprites: vae_core.Run):
    model, codes = sprites.model(), latents_of(sprites)
    middle = float(np.median(codes.mu[:, 0]))
    direction = torch.linspace(0, 1, 64).view(1, 1, 8, 8)
    model.decode = lambda z, y=None: z[:, :1, None, None] * direction
    assert smoothness(model, codes) == pytest.approx(1, abs=1e-4)
    model.decode = lambda z, y=None: (z[:, :1, None, None] > middle).float().expand(-1, 1, 8, 8)
    assert smoothness(model, codes) == pytest.approx(1 / 16, abs=1e-4), "one jump, or none"


def test_scores_have_names():
    assert names_of("all") == tuple(SCORES)
    assert "dci" not in names_of("fast")
    assert names_of("mig, sap") == ("mig", "sap")
    assert names_of("") == ()
    with pytest.raises(ConfigError, match="--metrics 'migg'"):
        names_of("migg")


def test_new_images_are_judged_by_a_network_that_is_named(sprites: vae_core.Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vae_core.analysis.scores.generation.STEPS", 150)
    monkeypatch.setattr("vae_core.analysis.scores.generation.inception_weights", lambda: None)
    found = generation_quality(sprites)
    assert found["features"] == "a small classifier of the labels of sprites"
    assert found["images"] == len(sprites.data("test").test)
    assert found["fid"] > 2 * found["fid_real"] >= 0, "a model of two epochs"
    assert generation_quality(sprites) == found
    with pytest.raises(MetricError, match="InceptionV3's weights are not on this machine"):
        generation_quality(sprites, "inception")
    with pytest.raises(ConfigError, match="--features 'vgg'"):
        generation_quality(sprites, "vgg")
