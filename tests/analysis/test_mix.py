"""Mixing: the dimensions that stand for a factor, and codes with some dimensions of each image."""

import numpy as np

from vae_core.analysis.apply.mix import factor_dimensions, mixed


def test_a_factor_is_the_dimensions_that_tell_most_of_it():
    share = np.array([[0.9, 0.0, 0.0], [0.0, 0.4, 0.1], [0.0, 0.3, 0.5], [0.1, 0.1, 0.0]])
    found = {factor.name: factor for factor in factor_dimensions(share, ["size", "colour", "angle"])}
    assert found["size"].dims == [0]
    assert found["size"].also == []
    assert found["colour"].dims == [1, 2]  # 0.3 is more than half of 0.4
    assert found["colour"].also == ["angle"]
    assert found["angle"].dims == [2]
    assert found["angle"].share == 0.5
    assert factor_dimensions(np.zeros((3, 1)), ["none"])[0].dims == []


def test_a_mix_has_the_dimensions_of_both():
    a, b = np.float32([0, 1, 2]), np.float32([4, 5, 6])
    assert mixed(a, b, [1], 1).tolist() == [0, 5, 2]
    assert mixed(a, b, range(3), 0.25).tolist() == [1, 2, 3]
    assert mixed(a, b, [], 1).tolist() == a.tolist()
