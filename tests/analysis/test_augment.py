"""Augmentation: new images lie between two of their class, and intervals are those of Student's t."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

import vae_core
from tests.conftest import QUICK
from vae_core.analysis.apply.augment import (
    AugmentConfig,
    augment_table,
    between,
    between_pixels,
    few_of_each,
    synthetic_images,
    t_interval,
)
from vae_core.config import ConfigError


def test_a_few_images_of_each_class(digits):
    labels = digits.train.labels
    rows = few_of_each(labels, 4, seed=0)
    assert len(set(rows.tolist())) == 40
    assert torch.equal(labels[rows].bincount(), torch.full((10,), 4))
    assert not torch.equal(rows, few_of_each(labels, 4, seed=1))
    with pytest.raises(ConfigError, match="--per-class 9999: class 0 has"):
        few_of_each(labels, 9999, seed=0)


def test_new_points_lie_on_the_line_between_two_of_their_class():
    points = torch.tensor([[0.0, 0.0], [2.0, 2.0], [10.0, 0.0], [10.0, 4.0]])
    found = between(points, torch.tensor([0, 0, 1, 1]), 50, torch.Generator().manual_seed(0))
    assert torch.equal(found[:50, 0], found[:50, 1])
    assert (found[50:, 0] == 10).all()
    assert 0.5 < float(found[:50, 0].mean()) < 1.5


def test_intervals_are_student_s():
    values = np.array([0.1, 0.3, 0.2, 0.5])
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert t_interval(values) == pytest.approx({"value": 0.275, "low": low, "high": high})


def test_a_conditional_model_draws_each_class(shared_store, digits):
    model = vae_core.train("digits", "conditional_vae", store=shared_store, **QUICK).model()
    images, classes = synthetic_images(model, digits.train.images[:20], digits.train.labels[:20].clamp(max=1), 3, 0)
    assert classes.tolist() == [0, 0, 0, 1, 1, 1]
    assert images.shape == (6, 1, 8, 8)
    assert float(images.min()) >= 0
    assert float(images.max()) <= 1


def test_the_table_is_paired_and_cached(run, digits):
    config = AugmentConfig(per_class=3, synthetic=4, seeds=2, tested=100)
    table = augment_table(run, config)
    real, synthetic, pixels = (row["value"] for row in table["rows"])
    assert table["gain"]["value"] == pytest.approx(synthetic - real)
    assert table["rival"]["value"] == pytest.approx(pixels - real)
    assert 0.3 < real < 1
    assert not table["conditional"]
    assert augment_table(run, config, progress=lambda *_: pytest.fail("again")) == table
    few = digits.train.images[few_of_each(digits.train.labels, 3, 0)]
    assert between_pixels(few, torch.arange(10).repeat_interleave(3), 4, 0)[0].shape == (40, 1, 8, 8)
