"""A view goes into the address bar and comes back; whatever stands there, a session results."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from explorer.state import MAX_DIMS, MAX_PICKS, VIEW, Session, valid_code

IDS = some.from_regex(r"(gallery/)?[a-z][a-z0-9.=-]{0,20}", fullmatch=True)
CODES = some.lists(some.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=20)


@given(
    run=IDS,
    z=CODES,
    picks=some.lists(some.integers(0, 70_000), max_size=30),
    compared=some.lists(IDS, max_size=5, unique=True),
)
def test_a_link_reopens_the_view(run: str, z: list[float], picks: list[int], compared: list[str]) -> None:
    seen = Session(run=run, z={run: z}, compared=compared)
    seen.pick(run, picks)
    query = seen.to_query()
    again = Session.from_query(query)
    assert again.run == run
    assert again.compared == compared
    assert again.picked() == seen.picked()
    assert all(math.isclose(a, b, rel_tol=1e-5, abs_tol=5.1e-5) for a, b in zip(again.z[run], z, strict=True))
    assert again.to_query() == query


@given(some.dictionaries(some.sampled_from(["run", "z", "picks", "compare", "else"]), some.text()))
def test_any_address_gives_a_session(query: dict[str, str]) -> None:
    seen = Session.from_query(query)
    assert all(math.isfinite(value) for z in seen.z.values() for value in z)
    assert all(index >= 0 for index in seen.picked())
    assert Session.from_query(seen.to_query()).to_query() == seen.to_query()


@given(some.sampled_from(["nan", "inf", "1,x", "1;2", ",".join(["0"] * (MAX_DIMS + 1))]))
def test_a_code_that_is_none_is_left_out(z: str) -> None:
    assert Session.from_query({"run": "a", "z": z}).z == {}


def test_a_run_is_compared_once() -> None:
    assert Session.from_query({"run": "a", "compare": "a,b,,a"}).compared == ["a", "b"]


def test_only_the_first_picks_are_kept() -> None:
    seen = Session(run="a")
    seen.pick("a", [3, 3, *range(100)])
    assert seen.picked() == [3, 0, 1, 2, *range(4, MAX_PICKS)]


def test_new_picks_are_the_keyframes_again() -> None:
    seen = Session(run="a", view={"keys": "1~m2", "method": "umap"})
    seen.pick("a", [4, 5])
    assert seen.view == {"method": "umap"}


def test_a_code_stands_with_the_image_it_is_of() -> None:
    seen = Session(run="a")
    seen.set_code("a", [0.123456, -2.0], 17)
    assert seen.to_query() == {"run": "a", "z": "0.1235,-2", "row": "17"}
    seen.set_code("a", [1.0, 1.0])
    assert seen.to_query() == {"run": "a", "z": "1,1"}


@given(some.dictionaries(some.sampled_from(list(VIEW)), some.text(min_size=1, max_size=500)))
def test_settings_of_pages_survive_unless_they_are_too_long(view: dict[str, str]) -> None:
    fits = {name: value for name, value in view.items() if len(value) <= VIEW[name]}
    assert Session.from_query({"run": "a", **view}).view == fits
    assert Session.from_query(Session(run="a", view=fits).to_query()).view == fits


@pytest.mark.parametrize(
    "value", [None, "1,2", [1.0], [1, 2, 3], [1, math.nan], [1, math.inf], [1, 2e4], [1, "2"], [1, True], {"0": 1}]
)
def test_a_code_from_a_browser_that_is_none_is_refused(value: object) -> None:
    assert valid_code(value, 2) is None


def test_a_code_from_a_browser_is_taken() -> None:
    assert valid_code([1, -2.5], 2) == [1.0, -2.5]


def test_codes_and_picks_belong_to_their_run() -> None:
    seen = Session(run="a", z={"a": [1.0]}, picks={"a": [3]})
    seen.run = "b"
    assert seen.picked() == []
    assert seen.to_query() == {"run": "b"}
