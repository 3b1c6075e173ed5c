"""Maps: neighbours found once, new points placed, maps that keep their places, progress and stopping."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import MapConfig, Stopped, latents_of, map_file, map_of, place
from vae_core.analysis.maps import neighbours as module
from vae_core.analysis.maps import projections
from vae_core.analysis.maps.layouts import compiled_umap
from vae_core.analysis.maps.neighbours import nearest, neighbours
from vae_core.analysis.maps.projections import PROJECTIONS, laid_on
from vae_core.cli import maps
from vae_core.config import ConfigError

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


@pytest.fixture
def codes():
    """Four clusters of 40 in five dimensions."""
    random = np.random.default_rng(1)
    return (random.normal(size=(160, 5)) + 12 * random.normal(size=(4, 5)).repeat(40, axis=0)).astype(np.float32)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two runs of other β on the same images."""
    store = vae_core.Store(tmp_path_factory.mktemp("pair"))
    return [
        vae_core.train("digits", "beta_vae", store=store, beta=beta, **QUICK | {"epochs": 12}) for beta in (0.5, 0.7)
    ]


def test_neighbours_are_those_of_scikit_learn_itself_first(codes):
    rows, distances = neighbours(codes, 12)
    assert (rows[:, 0] == np.arange(160)).all()
    expected = NearestNeighbors(n_neighbors=12).fit(codes).kneighbors(codes)[0]
    assert np.allclose(np.sort(distances, axis=1), expected, atol=1e-4)


@pytest.mark.parametrize("copies", [2, 20])
def test_a_code_is_its_own_nearest_even_beside_equal_ones(codes, copies):
    rows, distances = nearest(np.concatenate([codes] * copies), 10)
    assert (rows[:, 0] == np.arange(160 * copies)).all()
    assert (distances[:, 0] == 0).all()
    assert all(len(set(row)) == 10 for row in rows)


def test_neighbours_are_found_once_for_all_maps(codes, monkeypatch):
    found = []
    monkeypatch.setattr(module, "nearest", lambda codes, k: found.append(k) or nearest(codes, k))
    monkeypatch.setattr(module, "_cache", module.OrderedDict())
    neighbours(codes, 15)
    neighbours(codes.copy(), 91)
    assert found == [91]
    neighbours(codes + 1, 15)
    assert len(found) == 2


def test_a_code_of_the_map_lands_on_its_point_and_others_between(codes):
    positions = codes[:, :2].copy()
    assert np.allclose(place(codes[:5], codes, positions), positions[:5], atol=1e-3)
    middle = codes[:40].mean(0, keepdims=True)
    (found,) = place(middle, codes, positions)
    assert np.linalg.norm(found - positions[:40].mean(0)) < 3
    assert place(codes[:1], codes[:3], positions[:3]).shape == (1, 2)


def test_procrustes_undoes_turning_mirroring_scaling_and_moving():
    points = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    turn = np.array([[0.6, -0.8], [-0.8, -0.6]])  # a rotation and a mirror
    moved = (3 * points @ turn + [5, -7]).astype(np.float32)
    assert np.allclose(laid_on(moved, points), points, atol=1e-4)


@pytest.mark.parametrize("count", [60, 449, 1000])
@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_map_unfolds_and_keeps_neighbours_even_of_codes_without_clusters(method, count):
    codes = np.random.default_rng(2).normal(size=(count, 3)).astype(np.float32)
    found = PROJECTIONS[method].function(codes, MapConfig(method=method))
    assert found.std(0).min() > 1
    near, there = (nearest(points, 11)[0][:, 1:] for points in (codes, found))
    preserved = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(near, there, strict=True)])
    assert preserved > 0.3  # by chance: 10 / count


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_progress_runs_from_nothing_to_all_and_stops_on_request(codes, method):
    shares: list[float] = []
    PROJECTIONS[method].function(codes, MapConfig(method=method), progress=lambda share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] > 0.95
    with pytest.raises(Stopped):
        PROJECTIONS[method].function(codes, MapConfig(method=method), progress=lambda share: share > 0.3)


def test_a_map_that_is_stopped_leaves_bars_to_other_threads(codes):
    with pytest.raises(Stopped):
        PROJECTIONS["umap"].function(codes, MapConfig(method="umap"), progress=lambda share: share > 0.3)
    lock = compiled_umap().layouts.tqdm.get_lock()
    with ThreadPoolExecutor(1) as other:
        for part in lock.locks:
            assert other.submit(part.acquire, False).result(), "nobody holds it"
            other.submit(part.release).result()


@pytest.mark.parametrize(("method", "density", "dims"), [("umap", True, 2), ("umap", False, 3), ("pca", False, 3)])
def test_dense_maps_and_maps_in_space(codes, method, density, dims):
    found = PROJECTIONS[method].function(codes, MapConfig(method=method, density=density, dims=dims))
    assert found.shape == (160, dims)
    assert np.isfinite(found).all()
    plain = PROJECTIONS[method].function(codes, MapConfig(method=method))
    assert not np.allclose(found[:, :2], plain) or method == "pca"


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_points_keep_their_places_from_one_beta_to_the_next(pair, method, monkeypatch):
    first, second = pair
    here = map_of(first, MapConfig(method=method, limit=300))
    lay_out, starts = getattr(projections, f"{method}_layout"), []

    def spy(codes, start, *, settled, **settings):
        starts.append((start, settled))
        return lay_out(codes, start, settled=settled, **settings)

    monkeypatch.setattr(projections, f"{method}_layout", spy)
    aligned = map_of(second, MapConfig(method=method, limit=300, like=first.id))
    ((start, settled),) = starts
    assert settled
    assert np.allclose(laid_on(start, here), here, atol=0.01 * here.std()), "it begins with the other map"
    # Points of an unrelated map would lie 1.8 standard deviations away.
    assert 0 < np.linalg.norm(aligned - here, axis=1).mean() < 0.6 * here.std()


def test_what_does_not_go_together_is_one_sentence(pair, run):
    for settings, says in (
        ({"method": "tsne", "dims": 3}, "--dims 3"),
        ({"method": "pca", "density": True}, "--density"),
        ({"method": "plane", "like": "one"}, "--like 'one'"),
    ):
        with pytest.raises(ConfigError, match=says):
            MapConfig(**settings)
    with pytest.raises(ConfigError, match="other images"):
        map_of(pair[0], MapConfig(like="gallery/sprites-beta-1"))


# -- the process that stays -----------------------------------------------------------------------------------
def test_the_process_answers_with_shares_and_then_it_is_done(pair, tmp_path):
    config = MapConfig(method="tsne", limit=120, seed=7)
    good = {"key": "a", "path": str(pair[0].path), "id": "x", "at": None, "config": config.to_dict()}
    bad = good | {"key": "b", "path": str(tmp_path / "nowhere")}
    process = subprocess.Popen(
        [sys.executable, "-m", "vae_core", "lay-out", "--cold"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    for request in (good, bad):
        process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    found = []
    while len([line for line in found if "done" in line or "error" in line]) < 2:
        found.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    assert process.wait(timeout=300) == 0
    process.stdout.close()
    shares = [line["share"] for line in found if "share" in line]
    assert shares == sorted(shares)
    assert {"key": "a", "done": True} in found
    assert any(line["key"] == "b" and "There is no run" in line["error"] for line in found if "error" in line)
    assert map_file(pair[0], config).exists()
    assert len(latents_of(pair[0])) >= 120


def test_a_map_that_is_forgotten_is_not_finished(pair, capsys):
    worker = maps.MapWorker()
    worker.forgotten.add("a")
    config = MapConfig(method="tsne", limit=130, seed=8)
    worker.serve({"key": "a", "path": str(pair[0].path), "id": "x", "at": None, "config": config.to_dict()})
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"key": "a", "error": "cancelled"}
    assert not map_file(pair[0], config).exists()
