"""Groups A and B of the Map page, and what differs between them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.compare.disagreement import most_different
from explorer.map.differ import by_chance
from explorer.map.groups import as_text, from_text, images_of
from explorer.state import VIEW
from vae_core.analysis import ALL, differences, latents_of
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


def in_link(run: Run, rows: list[int]) -> str:
    return f"{images_of(run)}-{as_text(rows)}"


def rows_in(at: AppTest, name: str) -> list[int]:
    return from_text("".join(at.query_params[name]).partition("-")[2])


@given(some.sets(some.integers(0, ALL - 1), min_size=1, max_size=200))
def test_a_group_survives_the_link(rows: set[int]) -> None:
    assert from_text(as_text(sorted(rows))) == sorted(rows)


@given(some.text())
def test_any_other_text_is_no_group(text: str) -> None:
    assert all(0 <= row < ALL for row in from_text(text))


def test_a_lasso_of_half_the_images_fits_into_the_link() -> None:
    rows = np.flatnonzero(np.random.RandomState(0).rand(10_000) < 0.5).tolist()
    assert len(as_text(rows)) <= 2000


def test_random_groups_differ_as_little_as_is_said() -> None:
    random = np.random.RandomState(0)
    mu = random.normal(size=100_000)
    gaps = [mu[random.choice(100_000, 40)].mean() - mu[random.choice(100_000, 90)].mean() for _ in range(2000)]
    assert np.mean(np.abs(gaps) / mu.std() <= by_chance(40, 90)) == pytest.approx(0.95, abs=0.02)


def test_the_link_shows_what_differs(app: Open, put: Put, store: Store) -> None:
    put("one")
    codes = latents_of(store.open("one"))
    a, b = (np.flatnonzero(codes.labels == label).tolist() for label in (0, 1))
    run = store.open("one")
    at = app("map", run="one", method="pca", a=in_link(run, a), b=in_link(run, b))
    assert not at.exception
    assert "What differs between A and B?" in texts(at.header)
    found = differences(codes, a, b)
    table = next(frame for frame in at.dataframe if "B − A in σ" in frame.value)
    shown = [dim for dim in found.order() if dim not in codes.collapsed()]
    assert table.value["B − A in σ"].tolist() == [found.dims[dim].deviations for dim in shown]
    assert table.value["Dimension"].tolist() == [found.dims[dim].name for dim in shown]
    assert all(strip.startswith("data:image/png") for strip in table.value["From A to B"])
    shares = next(frame for frame in at.dataframe if "Share of A" in frame.value).value
    assert shares[["Share of A", "Share of B"]].to_numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    at.button(key="map.clear_groups").click().run()
    assert "What differs between A and B?" not in texts(at.header)
    assert "a" not in at.query_params


def test_picks_become_groups(app: Open, put: Put) -> None:
    put("one")
    at = app("map", run="one", method="pca", picks="1,2,3")
    at.button(key="map.group_A").click().run()
    assert rows_in(at, "a") == [1, 2, 3]
    assert "A has 3. Pick others and make them group B." in texts(at.caption)
    at.button(key="map.group_B").click().run()
    assert "What differs between A and B?" in texts(at.header)
    assert rows_in(at, "b") == [1, 2, 3]


def test_a_group_beyond_the_images_is_left_out(app: Open, put: Put, store: Store) -> None:
    put("one")
    run = store.open("one")
    at = app("map", run="one", method="pca", a=in_link(run, [1]), b=in_link(run, [ALL - 1]))
    assert not at.exception
    assert "What differs" not in texts(at.header)


def test_groups_of_other_images_are_not_shown(app: Open, put: Put, store: Store) -> None:
    put("one")
    at = app("map", run="one", method="pca", a=f"00000000-{as_text([1])}", b=in_link(store.open("one"), [2]))
    assert not at.exception
    assert "What differs" not in texts(at.header)
    assert "B has 1" in texts(app("map", run="one", method="pca", picks="3", b=in_link(store.open("one"), [2])).caption)


def test_a_group_too_long_for_the_link_stays_in_the_session(
    app: Open, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VIEW, "a", 10)
    put("one")
    at = app("map", run="one", method="pca", picks="1,2,3")
    at.button(key="map.group_A").click().run()
    assert "a" not in at.query_params
    assert "A has 3" in texts(at.caption)
    at.button(key="map.group_B").click().run()
    assert "What differs between A and B?" in texts(at.header)


def test_before_anything_is_picked_the_classes_have_means(app: Open, put: Put) -> None:
    put("one")
    at = app("map", run="one", method="pca")
    assert "**The mean of each class**" in texts(at.markdown)
    at = app("map", run="one", method="pca", picks="4")
    assert "**Nearest to test image 4" in texts(at.markdown)


def test_compare_shows_where_models_differ_most(
    app: Open, put: Put, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("one")
    put("two")
    codes = latents_of(store.open("one"))
    at = app("compare", compare="one,two")
    assert not at.exception
    assert "Where they differ most" in texts(at.header)
    runs = [store.open("one"), store.open("two")]
    assert most_different(runs) == list(range(10))  # the same model twice: nowhere
    changed = codes.distortion.copy()
    changed[[7, 3]] += [9, -11]
    of_run = {"one": codes, "two": dataclasses.replace(codes, distortion=changed)}
    monkeypatch.setattr(library, "latents", lambda run: of_run[run.id])
    assert most_different(runs)[:3] == [3, 7, 0]


def test_columns_say_what_they_mean(app: Open, put: Put) -> None:
    from vae_core.glossary import meaning

    put("one")
    at = app("compare", compare="one", tab="Numbers")
    (table,) = (frame for frame in at.dataframe if "Distortion" in frame.value)
    columns = json.loads(table.proto.columns)
    assert columns["Distortion"]["help"] == meaning("distortion")
    assert columns["SSIM"]["help"] == meaning("SSIM")
