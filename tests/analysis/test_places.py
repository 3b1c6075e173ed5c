"""Places named by short texts, and dimensions of two models that belong together."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_core.analysis import Latents, keyframe, match_dimensions, rows_named, walk
from vae_core.analysis.codes.matching import correlations
from vae_core.config import ConfigError


def latents(mu: np.ndarray, labels: list[int] | None = None) -> Latents:
    mu = mu.astype(np.float32)
    known = None if labels is None else np.array(labels, np.int16)
    names = () if labels is None else ("zero", "one", "two")
    return Latents(mu, None, None, np.zeros(len(mu), np.float32), known, None, names, ())


CODES = latents(np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 9.0], [1.0, 1.0]]), [0, 1, 1, 2])


@pytest.mark.parametrize(
    ("text", "z", "title", "row"),
    [
        ("2", [4, 9], "image 2", 2),
        ("m1", [3, 6], "mean of one", None),
        ("2-m1+0", [1, 4], "image 2 − mean of one + image 0", None),
        (" 2 − m1 + 0 ", [1, 4], "image 2 − mean of one + image 0", None),
        ("2-m1 0", [1, 4], "image 2 − mean of one + image 0", None),  # from an address with a bare plus sign
    ],
)
def test_a_text_names_a_place(text, z, title, row):
    found = keyframe(text, CODES)
    assert found.z.tolist() == z
    assert found.z.dtype == np.float32
    assert (found.title, found.row) == (title, row)
    assert keyframe(found.text, CODES).z.tolist() == z


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write"),
        ("hello", "'hello'"),
        ("1-2", "A-B"),
        ("1+2", "A-B"),
        ("1-2+3-0", "A-B"),
        ("4", "0 to 3"),
        ("-1", "write"),
        ("m3", "class 3"),
        ("1-m9+0", "class 9"),
        ("9" * 30, "write"),
    ],
)
def test_what_names_no_place_is_reported(text, words):
    with pytest.raises(ConfigError, match=words):
        keyframe(text, CODES)


def test_without_labels_there_are_no_class_means():
    with pytest.raises(ConfigError, match="class 0"):
        keyframe("m0", latents(np.zeros((3, 2))))


def test_rows_are_found_before_their_codes_are():
    assert rows_named("12-m7+6999~3~m4") == [12, 6999, 3]
    assert rows_named("") == []


def test_a_walk_goes_by_every_place():
    places = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 4.0]])
    found = walk(places, torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    assert found.tolist() == [[0, 0], [0.5, 0], [1, 0], [1, 2], [1, 4]]
    assert walk(places[:1], torch.linspace(0, 1, 3)).tolist() == [[0, 0]] * 3


def test_dimensions_that_were_shuffled_and_flipped_are_found_again():
    rng = np.random.default_rng(0)
    mu = rng.normal(size=(400, 5))
    order, signs = [3, 0, 4, 1, 2], [1, -1, -1, 1, 1]
    other = np.empty_like(mu)
    for dim, (place, sign) in enumerate(zip(order, signs, strict=True)):
        other[:, place] = sign * (7 * mu[:, dim] + 3) + rng.normal(size=400) * 0.1
    found = match_dimensions(latents(mu), latents(other))
    assert [match.dim for match in found] == order
    assert [match.sign for match in found] == signs
    assert all(abs(match.correlation) > 0.99 for match in found)


def test_fewer_dimensions_leave_some_without_a_partner():
    mu = np.random.default_rng(1).normal(size=(300, 3))
    found = match_dimensions(latents(mu), latents(mu[:200, [2, 0]]))
    assert [match and match.dim for match in found] == [1, None, 0]


def test_a_dimension_that_never_varies_correlates_with_nothing():
    a = np.random.default_rng(2).normal(size=(50, 2))
    a[:, 1] = 4
    found = correlations(a, a)
    assert found[0, 0] == pytest.approx(1)
    assert (found[1] == 0).all()
    assert (found[:, 1] == 0).all()


def test_correlations_are_those_of_numpy():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(60, 3)), rng.normal(size=(60, 4))
    assert np.allclose(correlations(a, b), np.corrcoef(a.T, b.T)[:3, 3:])
