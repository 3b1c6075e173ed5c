import shutil

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from vae_core.analysis import (
    EvaluateConfig,
    Latents,
    MapConfig,
    decode,
    denoise,
    ends,
    evaluate,
    latents_of,
    manifold,
    map_file,
    map_of,
    pca_axes,
    reconstruct,
    strips,
    traverse,
    traverse_all,
    walk,
)
from vae_core.analysis.cache import cache_path, cached
from vae_core.analysis.maps.projections import PROJECTIONS
from vae_core.config import ConfigError
from vae_core.models import MODELS, create
from vae_core.runs import Run, RunError
from vae_core.runs.files import read_tensors, write_tensors
from vae_core.training import measure
from vae_core.training.batches import as_floats

A, B = torch.tensor([2.0, 0.0, 0.0]), torch.tensor([0.0, 4.0, 0.0])


def way(a, b, steps, mode):
    return walk(torch.stack([a, b]), torch.linspace(0, 1, steps), mode)


@pytest.mark.parametrize("mode", ["linear", "spherical"])
def test_paths_begin_and_end_where_they_should(mode):
    line = way(A, B, 5, mode)
    assert torch.allclose(line[0], A, atol=1e-6)
    assert torch.allclose(line[-1], B, atol=1e-6)


def test_a_spherical_path_turns_evenly_and_grows_evenly():
    line = way(A, B, 5, "spherical")
    assert torch.allclose(line.norm(dim=1), torch.linspace(2, 4, 5))
    angles = torch.atan2(line[:, 1], line[:, 0])
    assert torch.allclose(angles, torch.linspace(0, torch.pi / 2, 5), atol=1e-5)


@pytest.mark.parametrize(("a", "b"), [(A, 3 * A), (A, -A), (torch.zeros(3), B), (torch.zeros(3), torch.zeros(3))])
def test_where_no_arc_is_determined_the_path_is_straight(a, b):
    assert torch.allclose(way(a, b, 7, "spherical"), way(a, b, 7, "linear"), atol=1e-5)


def test_a_traversal_moves_one_dimension(run):
    model, z = run.model(), torch.tensor([0.3, -0.2, 0.1, 0.5])
    images = traverse(model, z, 2, [-1.0, 0.1, 2.0])
    assert torch.allclose(images[1], decode(model, z[None])[0], atol=1e-6)
    assert not torch.equal(images[0], images[2])
    rows = traverse_all(model, z, [2, 0], [[-1.0, 0.1, 2.0], [0.3, 0.3, 0.3]])
    assert rows.shape == (2, 3, 1, 8, 8)
    assert torch.allclose(rows[0], images, atol=1e-6)
    assert torch.allclose(rows[1, 0], rows[1, 2], atol=1e-6)


def test_strips_go_through_the_codes_and_need_no_model_again(run, monkeypatch):
    codes = latents_of(run)
    low, high = ends(codes, 1)
    inside = (codes.mu[:, 1] >= low) & (codes.mu[:, 1] <= high)
    assert 0.95 <= inside.mean() <= 1
    assert low <= codes.mu[0, 1] <= high
    images = strips(run, codes, [1, 0], 5)
    code = torch.from_numpy(codes.mu[0]).repeat(2, 1)
    code[:, 1] = torch.tensor([low, high])
    assert images.dtype == torch.uint8
    assert torch.equal(images[0, [0, -1]], (decode(run.model(), code) * 255).round().byte())
    monkeypatch.setattr("vae_core.runs.Run.model", lambda self: pytest.fail("the strips are cached"))
    assert torch.equal(strips(run, codes, [1, 0], 5), images)


def test_a_manifold_runs_across_and_down(run):
    model, z = run.model(), torch.zeros(4)
    grid = manifold(model, z, 0, 3, x=[-1.0, 0.0, 1.0], y=[2.0, -2.0])
    assert grid.shape == (2, 3, 1, 8, 8)
    assert torch.allclose(grid[1, 2], decode(model, torch.tensor([[1.0, 0.0, 0.0, -2.0]]))[0], atol=1e-6)


def test_latents_are_the_codes_of_the_test_images(run):
    codes, data = latents_of(run), run.data()
    posterior = run.model().encode(as_floats(data.test.images))
    assert np.allclose(codes.mu, posterior.mu.detach().numpy(), atol=1e-5)
    assert np.allclose(codes.rate, posterior.rate_per_dim().detach().numpy(), atol=1e-4)
    assert codes.labels.tolist() == data.test.labels.tolist()
    weights = codes.weight_per_dim()[codes.order()]
    assert (np.diff(weights) <= 0).all()
    assert codes.class_names == tuple("0123456789")


def test_an_autoencoder_is_ordered_by_variance_and_spans_its_codes(autoencoder_run):
    codes = latents_of(autoencoder_run)
    assert codes.rate is None
    assert codes.collapsed() == []
    centre, deviation = codes.spread()
    assert np.allclose(centre, codes.mu.mean(0), atol=1e-5)
    assert np.allclose(deviation, codes.mu.std(0), atol=1e-4)


def test_pca_equals_scikit_learn(run):
    codes = latents_of(run).mu
    found, expected = map_of(run, MapConfig(method="pca")), PCA(2).fit_transform(codes)
    for axis in range(2):
        sign = np.sign(found[:, axis] @ expected[:, axis])
        assert np.allclose(found[:, axis], sign * expected[:, axis], atol=1e-3)
    mean, axes = pca_axes(codes)
    assert np.allclose((codes - mean) @ axes, found, atol=1e-4)


def test_pca_of_one_dimension_is_a_line():
    points = PROJECTIONS["pca"].function(np.arange(5, dtype=np.float32)[:, None], MapConfig(method="pca"))
    assert points.shape == (5, 2)
    assert (points[:, 1] == 0).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_slow_maps_are_finite_and_repeat(method):
    codes = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    codes[:30] += 20
    one, two = (PROJECTIONS[method].function(codes, MapConfig(method=method)) for _ in range(2))
    assert one.shape == (60, 2)
    assert np.isfinite(one).all()
    assert np.allclose(one, two)
    gap = np.linalg.norm(one[:30].mean(0) - one[30:].mean(0))
    radii = [np.linalg.norm(cluster - cluster.mean(0), axis=1).mean() for cluster in (one[:30], one[30:])]
    assert gap > sum(radii), "two far clusters stay apart"


def test_the_plane_is_for_two_dimensions(run):
    with pytest.raises(ConfigError, match="not 4"):
        map_of(run, MapConfig(method="plane"))


def test_a_cached_result_is_not_computed_again(run, monkeypatch):
    calls = []

    def compute():
        calls.append(1)
        return {"x": torch.arange(3)}, {"n": 1}

    for parameters in ({"a": 1}, {"a": 1}, {"a": 2}):
        tensors, numbers = cached(run, "thing", parameters, compute)
        assert tensors["x"].tolist() == [0, 1, 2]
        assert numbers == {"n": 1}
    assert len(calls) == 2
    cache_path(run, "thing", {"a": 1}).write_bytes(b"rubbish")
    cached(run, "thing", {"a": 1}, compute)
    assert len(calls) == 3
    cached(run, "thing", {"a": 1}, compute)
    assert len(calls) == 3, "the damaged file was replaced"
    cache_path(run, "thing", {"a": 1}).write_bytes(cache_path(run, "thing", {"a": 2}).read_bytes())
    cached(run, "thing", {"a": 1}, compute)
    assert len(calls) == 4, "a file that was another's is not taken"
    changed = bytearray(cache_path(run, "thing", {"a": 1}).read_bytes())
    changed[-8] ^= 1
    cache_path(run, "thing", {"a": 1}).write_bytes(changed)
    assert cached(run, "thing", {"a": 1}, compute)[0]["x"].tolist() == [0, 1, 2], "numbers that were changed neither"
    assert len(calls) == 5
    write_tensors(cache_path(run, "thing", {"a": 1}), {"y": torch.arange(3)}, {"n": 1})
    assert cached(run, "thing", {"a": 1}, compute, ["x"])[0]["x"].tolist() == [0, 1, 2], "it lacks what is needed"
    write_tensors(cache_path(run, "thing", {"a": 1}), {"x": torch.arange(2)}, {"n": 1})
    assert cached(run, "thing", {"a": 1}, compute)[0]["x"].tolist() == [0, 1], "older files have no seal"
    monkeypatch.setattr("vae_core.runs.files.os.replace", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only")))
    tensors, _ = cached(run, "thing", {"a": 9}, compute)
    assert tensors["x"].tolist() == [0, 1, 2], "a folder that cannot be written is no error"


def test_a_map_is_known_to_be_there(run):
    map_of(run, MapConfig(method="pca"))
    assert map_file(run, MapConfig(method="pca")).exists()
    assert not map_file(run, MapConfig(method="pca", limit=77)).exists()


def test_reconstructions_come_with_their_errors(run):
    images = run.data().test.images[:5]
    found = reconstruct(run.model(), images)
    assert torch.allclose(found.originals, images / 255)
    assert torch.allclose(found.errors, (found.originals - found.means).abs())
    assert torch.allclose(found.scores["mse"], found.errors.square().flatten(1).mean(1))


def test_evaluate_agrees_with_its_parts(run):
    table = evaluate(run, EvaluateConfig(iwae=3))
    expected = measure(run.model(), run.data().test.images)
    assert table["elbo"] == pytest.approx(expected.elbo, rel=1e-6)
    assert table["active_units"] == expected.active_units
    assert table["iwae"] > table["elbo"]
    found = reconstruct(run.model(), run.data().test.images)
    for name in ("mse", "mae", "ssim"):
        assert table[name] == pytest.approx(found.scores[name].mean().item(), rel=1e-4)
    assert run.evaluation()["elbo"] == table["elbo"]
    assert evaluate(run, EvaluateConfig(split="train", limit=100))["images"] == 100


def test_an_autoencoder_is_evaluated_without_a_bound(autoencoder_run):
    table = evaluate(autoencoder_run, EvaluateConfig(iwae=3))
    assert (table["elbo"], table["rate"], table["iwae"]) == (None, None, None)
    assert table["mse"] > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["umap", "tsne"])
@pytest.mark.parametrize("kind", ["one dimension", "all alike", "three images"])
def test_slow_maps_of_poor_codes_are_finite(method, kind):
    """One latent dimension, full collapse and a handful of images are all things a person can ask for."""
    normal = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    codes = {"one dimension": normal[:, :1], "all alike": 0 * normal, "three images": normal[:3]}[kind]
    found = PROJECTIONS[method].function(codes, MapConfig(method=method))
    assert found.shape == (len(codes), 2)
    assert np.isfinite(found).all()


@pytest.mark.filterwarnings("ignore")
def test_the_seed_changes_the_layout():
    codes = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    one, two = (PROJECTIONS["umap"].function(codes, MapConfig(method="umap", seed=seed)) for seed in (0, 1))
    assert not np.allclose(one, two)


def test_the_plane_is_the_code_itself():
    codes = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    assert np.array_equal(PROJECTIONS["plane"].function(codes, MapConfig(method="plane")), codes)


def hand_made(rate=None):
    """Three dimensions of variance 1, 0 and 9 around means 5, 1 and −2."""
    swing = np.array([1.0, -1.0] * 10, dtype=np.float32)
    mu = np.stack([5 + swing, 1 + 0 * swing, -2 + 3 * swing], 1)
    rates = None if rate is None else np.tile(np.array(rate, dtype=np.float32), (20, 1))
    return Latents(mu, rates, rates, swing, None, None, (), ())


def test_dimensions_are_ordered_by_rate_or_else_by_variance():
    assert hand_made().order() == [2, 0, 1]
    assert hand_made(rate=[0.009, 3.0, 0.5]).order() == [1, 2, 0]
    assert hand_made(rate=[0.5, 0.5, 0.5]).order() == [0, 1, 2]
    assert hand_made().weight_per_dim().tolist() == pytest.approx([1, 0, 9])


def test_collapsed_dimensions_are_those_below_a_hundredth_of_a_nat():
    assert hand_made(rate=[0.009, 0.011, 0.0]).collapsed() == [0, 2]
    assert hand_made().collapsed() == []


def test_sliders_span_the_prior_or_else_the_codes():
    centre, deviation = hand_made(rate=[1.0, 1.0, 1.0]).spread()
    assert (centre.tolist(), deviation.tolist()) == ([0, 0, 0], [1, 1, 1])
    centre, deviation = hand_made().spread()
    assert centre.tolist() == pytest.approx([5, 1, -2])
    assert deviation.tolist() == pytest.approx([1, 1e-6, 3])


def test_other_weights_make_another_cache_entry(run, monkeypatch):
    before = cache_path(run, "thing", {"a": 1})
    monkeypatch.setattr(type(run), "weights_hash", lambda self: "0" * 16)
    assert cache_path(run, "thing", {"a": 1}) != before


def test_sigma_and_distortion_of_the_latents_are_those_of_the_model(run):
    codes, x = latents_of(run), as_floats(run.data().test.images)
    with torch.no_grad():
        posterior = run.model().encode(x)
        distortion = run.model().distortion(x, posterior.mu)
    assert np.allclose(codes.sigma, torch.exp(posterior.logvar / 2), rtol=1e-4)
    assert np.allclose(codes.distortion, distortion, rtol=1e-4)
    assert len(latents_of(run, limit=7)) == 7


def test_evaluate_has_every_number_and_counts_its_images(run):
    calls = []
    table = evaluate(run, EvaluateConfig(iwae=2, limit=20), lambda done, total: calls.append((done, total)))
    assert {
        "split", "images", "elbo", "distortion", "rate", "rate_per_dim", "active_units",
        "mse", "mae", "ssim", "beta", "iwae", "iwae_samples",
    } <= set(table)  # fmt: skip
    assert calls == [(20, 20)]
    assert table["beta"] == 2.0
    assert table == evaluate(run, EvaluateConfig(iwae=2, limit=20))


def test_a_part_of_the_split_never_becomes_the_runs_evaluation(run):
    whole = evaluate(run, EvaluateConfig())
    evaluate(run, EvaluateConfig(limit=5))
    evaluate(run, EvaluateConfig(split="train", limit=5))
    assert run.evaluation()["images"] == whole["images"]


def test_a_denoiser_sees_the_same_noise_each_time():
    model = create("denoising_autoencoder", MODELS["denoising_autoencoder"].Config(shape=(1, 8, 8), network="mlp"))
    images = torch.randint(0, 256, (4, 1, 8, 8), dtype=torch.uint8)
    before = torch.get_rng_state()
    (spoiled, clean), (again, _) = denoise(model, images), denoise(model, images)
    assert torch.equal(spoiled, again)
    assert torch.equal(torch.get_rng_state(), before)
    assert (spoiled - images / 255).std().item() == pytest.approx(0.5, rel=0.2)
    assert torch.equal(clean, model.decode(model.embed(spoiled)))


def test_codes_that_are_no_numbers_are_reported(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "run", ignore=shutil.ignore_patterns("cache"))
    tensors, numbers = read_tensors(tmp_path / "run" / "weights.safetensors")
    huge = {name: torch.full_like(value, 1e38) for name, value in tensors.items()}
    write_tensors(tmp_path / "run" / "weights.safetensors", huge, numbers)
    with pytest.raises(RunError, match="no finite numbers"):
        latents_of(Run.open(tmp_path / "run"))
