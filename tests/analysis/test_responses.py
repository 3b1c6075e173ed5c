"""How codes answer to factors: means over values, rows that differ in one factor, information, correlations."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

import vae_core
from vae_core.analysis import Latents, cache_path, latents_of, mig_matrix
from vae_core.analysis.scores.labels import best_dimensions, labels_of
from vae_core.analysis.scores.responses import correlations, information_in_view, information_of, responses, rows_along
from vae_core.metrics.coded import MetricError
from vae_core.runs import Run
from vae_core.runs.notes import Notes


def codes() -> Latents:
    """z0 is the first factor, z1 noise, z2 their mixture; the third factor never moves."""
    random = np.random.RandomState(0)
    factors = np.stack([random.randint(4, size=3000), random.randint(3, size=3000), np.zeros(3000, int)], axis=1)
    noise = random.standard_normal(3000)
    mu = np.stack([factors[:, 0], noise, 0.6 * factors[:, 0] + 0.8 * noise, np.zeros(3000)], axis=1)
    return Latents(mu.astype(np.float32), None, None, noise.astype(np.float32), None, factors.astype(np.int16), (), ("a", "b", "still"))  # fmt: skip


def test_responses_are_means_and_deviations_over_each_value():
    given = codes()
    first, second = responses(given)
    assert (first.factor, second.factor) == ("a", "b"), "a factor of one value has no curve"
    for place, value in enumerate(first.values):
        chosen = given.mu[given.factors[:, 0] == value].astype(float)
        assert first.mean[place] == pytest.approx(chosen.mean(0), abs=1e-9)
        assert first.deviation[place] == pytest.approx(chosen.std(0), abs=1e-6)
        assert first.images[place] == len(chosen)
    assert first.mean[:, 0].tolist() == [0, 1, 2, 3]
    with pytest.raises(MetricError, match="no ground-truth factors"):
        responses(dataclasses.replace(given, factors=None))


def test_information_is_a_share_of_the_factor():
    share, names = information_of(codes())
    assert names == ["a", "b"]
    assert share[0, 0] == pytest.approx(1, abs=1e-6)
    assert share[:, 1].max() < 0.02, "nothing tells of the second"
    assert share[3].tolist() == [0, 0], "a dimension that never moves tells of nothing"
    with pytest.raises(MetricError, match="no information on factors"):
        information_of(dataclasses.replace(codes(), factors=None))


def test_rows_along_a_factor_differ_in_it_and_in_as_little_else_as_can_be():
    grid = np.stack(np.meshgrid(range(8), range(3), range(4), indexing="ij"), -1).reshape(-1, 3)
    row = 37
    rows = rows_along(grid, 0, row, 5)
    assert grid[rows, 0].tolist() == [0, 2, 4, 5, 7]
    assert (grid[rows, 1:] == grid[row, 1:]).all()
    assert len(rows_along(grid, 1, row, 11)) == 3, "no more than there are values"
    sparse = grid[grid[:, 0] + grid[:, 1] < 8]
    found = rows_along(sparse, 1, 0, 3)
    assert sparse[found, 1].tolist() == [0, 1, 2]


def test_correlations_are_pearson():
    found = correlations(codes(), [0, 1, 2, 3])
    wanted = np.corrcoef(codes().mu[:, :3].T.astype(float))
    assert found[:3, :3] == pytest.approx(wanted, abs=1e-6)
    assert found[3].tolist() == [0, 0, 0, 0]


def test_the_information_in_view_is_that_of_the_mig_once_it_is_known(shared_store: vae_core.Store):
    run = vae_core.train("sprites", "vae", store=shared_store, name="seen", network="mlp", hidden=(16,), latent_dim=3, image_size=8, size=1500, epochs=1, snapshots=0)  # fmt: skip
    found = latents_of(run)
    share, _, where = information_in_view(run, found)
    assert (share == information_of(found)[0]).all()
    assert f"{len(found):,} test images" in where
    matrix, _ = mig_matrix(run)
    assert cache_path(run, "information", {"seed": 0}).exists()
    share, _, where = information_in_view(run, found)
    assert (share == matrix).all()
    assert "MIG" in where


def test_a_dimension_is_labelled_by_a_person_or_by_the_factor_it_tells_most_about(run, tmp_path):
    mine = Run.open(shutil.copytree(run.path, tmp_path / "mine"))
    given = dataclasses.replace(codes(), rate=np.tile([3.0, 2.0, 1.0, 0.0], (3000, 1)).astype(np.float32))
    labels = labels_of(mine, given)
    assert list(labels) == [0], "z2 tells less of the same factor, and z1 of none"
    assert (labels[0].text, labels[0].share) == ("a", pytest.approx(1, abs=1e-6))
    best = best_dimensions(mine, given, count=4)
    assert list(best) == [0, 1, 2], "then by rate, and a collapsed one never"
    assert best[1] is None
    assert list(best_dimensions(mine, given, count=2)) == [0, 1]
    Notes(names={1: "noise"}).write(mine.path)
    named = [(dim, label.text, label.share is None) for dim, label in labels_of(mine, given).items()]
    assert named == [(1, "noise", True), (0, "a", False)]
    assert [latents_of(mine).title(dim) for dim in (0, 1)] == ["z0", "z1 noise"]
