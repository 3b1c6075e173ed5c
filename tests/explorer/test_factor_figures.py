"""Figures of codes and factors: what is drawn is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.measure.figures import correlation_figure, latent_figure, matrix_figure, over_beta, response_figure
from vae_core.analysis import Latents
from vae_core.analysis.scores.responses import responses


@pytest.fixture
def codes() -> Latents:
    random = np.random.RandomState(0)
    factors = random.randint(5, size=(800, 2)).astype(np.int16)
    mu = (random.standard_normal((800, 3)) * 0.8 + factors[:, :1]).astype(np.float32)
    sigma = np.full((800, 3), 0.5, np.float32)
    return Latents(mu, sigma, np.ones((800, 3), np.float32), mu[:, 0], None, factors, (), ("a", "b"), gaussian=True)


def test_seeds_are_a_band_and_one_seed_is_marked() -> None:
    figure = over_beta({"β-VAE": [(1.0, 0.2), (1.0, 0.4), (1.0, 0.3), (4.0, 0.5)]}, "MIG")
    band, line = figure.data
    assert list(band.x) == [1, 4, 4, 1]
    assert list(band.y) == [0.4, 0.5, 0.5, 0.2]
    assert list(line.y) == pytest.approx([0.3, 0.5])
    assert list(line.marker.symbol) == ["circle", "circle-open"]
    assert list(line.customdata) == ["3 seeds", "one seed"]
    assert len(over_beta({"VAE": [(1.0, 0.2)]}, "MIG").data) == 1, "no band around one seed"


def test_the_marks_of_a_matrix_know_their_cells() -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    marks = matrix_figure(matrix, [2, 0, 1], ["position_x", "scale"], "share").data[1]
    for x, y, (dim, factor, value) in zip(marks.x, marks.y, marks.customdata, strict=True):
        assert (y, x) == (f"z{int(dim)}", ["position x", "scale"][int(factor)])
        assert value == matrix[int(dim), int(factor)]


def test_curves_histograms_and_correlations(codes: Latents) -> None:
    found = responses(codes)
    figure = response_figure(found, [0, 2])
    assert len(figure.data) == 2 * 2 * 2, "a band and a line for each dimension and factor"
    assert list(figure.data[1].y) == pytest.approx(found[0].mean[:, 0].tolist())
    bars, prior = latent_figure(codes, [0]).data
    width = bars.x[1] - bars.x[0]
    assert sum(bars.y) * width == pytest.approx(1)
    assert sum(prior.y) * width == pytest.approx(1, abs=1e-3)
    assert correlation_figure(np.eye(2), [0, 1]).data[0].z.tolist() == [[1, 0], [0, 1]]
