"""Tours: what a file or link may hold, what is saved by whom, and how the page edits one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.access import client, modes
from explorer.navigation import ENTRIES
from explorer.stage.saved import FIRST, delete, own_tours, save, shipped_tours, tour_of
from explorer.stage.tours import (
    LONGEST,
    MOST_VIEWS,
    Tour,
    TourError,
    View,
    checked,
    from_bytes,
    from_text,
    link_of,
    to_bytes,
    to_text,
)
from explorer.state import VIEW
from explorer.tour.others import opened
from explorer.tour.share import runs_of
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]
TWO = Tour("Two", (View("traverse?run=one&z=0,1", "First: β"), View("learn?chapter=2", "Second")))


def test_a_tour_survives_its_file_and_its_link() -> None:
    assert from_bytes(to_bytes(TWO), "It") == TWO
    assert from_text(to_text(TWO)) == TWO
    assert from_text(to_text(Tour())) == Tour()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[", "cannot be read"),
        (b"[]", "holds no JSON object"),
        (b"\xff", "cannot be read"),
        (b"{}", "has the format None"),
        (b'{"format": 2}', "has the format 2; this Betascope reads tours of format 1"),
        (b'{"format": 1, "title": 3, "views": []}', "needs a text `title` and a list `views`"),
        (b'{"format": 1, "title": "x", "views": [3]}', "View 1 of It needs a text `link`"),
        (b'{"format": 1, "title": "x", "views": [{"link": "map", "caption": 3}]}', "View 1 of It needs"),
        (b'{"format": 1, "title": "x", "views": [{"link": "http://[x/map"}]}', "The link of view 1 cannot be read"),
        (b'{"format": 1, "title": "x", "views": [{"link": "map"}, {"link": "nowhere?a=b"}]}', "View 2 leads to 'nowhere'"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_sentence(content: bytes, why: str) -> None:
    with pytest.raises(TourError, match=why) as caught:
        from_bytes(content, "It")
    assert "\n" not in str(caught.value)


def test_what_is_too_long_is_refused() -> None:
    for tour in (
        Tour("t" * (LONGEST["title"] + 1)),
        Tour("x", (View("map", "c" * (LONGEST["caption"] + 1)),)),
        Tour("x", (View("map?like=" + "l" * LONGEST["link"]),)),
        Tour("x", (View("map"),) * (MOST_VIEWS + 1)),
    ):
        with pytest.raises(TourError, match="at most"):
            checked(tour)
    with pytest.raises(TourError, match="bytes; a tour has at most"):
        opened("big.json", b" " * 2_000_000)
    rows = ["".join(f"{hash_like(12 * number + part):x}" for part in range(12)) for number in range(60)]
    with pytest.raises(TourError, match=f"a link at most {VIEW['tour']:,}"):
        to_text(Tour("x", tuple(View("map", row) for row in rows)))


def hash_like(number: int) -> int:
    """Digits that do not compress."""
    return pow(3, number + 5, 2**251 - 9)


@pytest.mark.parametrize("text", ["~", "~x", "~####", "~" + to_text(TWO)[1:40], "~eJwDAAAAAAE"])
def test_a_link_that_was_cut_is_refused(text: str) -> None:
    with pytest.raises(TourError, match="The tour in the link"):
        from_text(text)


def test_links_lose_the_address_of_a_server_and_what_is_around_a_view() -> None:
    text = json.dumps(
        {
            "format": 1,
            "title": "x",
            "views": [{"link": "https://here.edu/lab/map?run=one&tour=~abc&n=3&stage=1&learnt=12"}, {"link": "/"}],
        }
    )
    tour = from_bytes(text.encode(), "It")
    assert [view.link for view in tour.views] == ["map?run=one", ""]
    assert [view.page for view in tour.views] == ["map", "home"]
    assert tour.views[0].query == {"run": "one"}
    assert link_of("home", {}) == ""


def test_views_are_moved_removed_and_captioned() -> None:
    three = TWO.with_view(View("measure"))
    assert [view.page for view in three.moved(2, -1).views] == ["traverse", "measure", "learn"]
    assert three.moved(0, -1) == three
    assert three.moved(2, 1) == three
    assert three.without(0).views == three.views[1:]
    assert three.captioned(2, "Last").views[2].caption == "Last"


def test_the_shipped_tour_shows_models_that_ship() -> None:
    shipped = Store()
    tour = from_bytes((shipped.gallery_root / "beta-in-ten-minutes.json").read_bytes(), FIRST)
    assert 8 <= len(tour.views) <= 12
    assert {"learn", "map", "traverse", "compare", "measure", "interpolate"} == {view.page for view in tour.views}
    ids = {run.id for run in shipped.gallery() if isinstance(run, Run)}
    for view in tour.views:
        names = [view.query["run"]] if "run" in view.query else []
        assert {*names, *view.query.get("compare", "").split(",")} - {""} <= ids
        assert view.caption.endswith((".", "?"))
        assert set(view.query) <= {"run", "compare", "z", "picks", *VIEW}


def test_a_tour_is_saved_under_its_title_and_deleted(store: Store) -> None:
    assert save(TWO) == "two"
    assert tour_of("two") == TWO
    save(replace(TWO, views=TWO.views[:1]))
    assert len(tour_of("two").views) == 1
    assert library.own_runs() == []
    delete("two")
    delete("two")
    delete("../gallery")
    assert own_tours() == {}
    with pytest.raises(TourError, match="There is no tour 'two' here"):
        tour_of("two")
    with pytest.raises(TourError, match="Give the tour a title"):
        save(replace(TWO, title="…"))


def test_in_an_exhibit_nothing_is_saved(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "exhibit")
    with pytest.raises(modes.Denied, match="Saving and deleting tours is off here"):
        save(TWO)
    assert not (store.root / "tours").exists()


def test_in_a_class_each_saves_and_deletes_their_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "class")
    token = client.REQUEST.set("someone")
    try:
        save(TWO)
        save(TWO)
        client.REQUEST.set("another")
        for act in (lambda: save(TWO), lambda: delete("two")):
            with pytest.raises(modes.Denied, match="two is not yours"):
                act()
    finally:
        client.REQUEST.reset(token)


def test_shipped_tours_are_listed_beside_the_gallery(store: Store) -> None:
    assert shipped_tours() == {}
    (store.gallery_root / "a.json").write_bytes(to_bytes(TWO))
    assert list(shipped_tours()) == ["gallery/a"]
    assert tour_of("gallery/a") == TWO


def test_the_page_edits_the_tour_in_the_link(app: Open) -> None:
    at = app("tour", tour=to_text(TWO))
    assert not at.exception
    at.button(key="tour.down.0").click().run()
    assert [view.page for view in from_text(at.query_params["tour"]).views] == ["learn", "traverse"]
    at.text_area[0].set_value("Noise").run()
    at.text_input(key="tour.title").set_value("  Mine ").run()
    at.button(key="tour.remove.1").click().run()
    assert from_text(at.query_params["tour"]) == Tour("Mine", (View("learn?chapter=2", "Noise"),))
    at.button(key="tour.save").click().run()
    assert at.query_params["tour"] == "mine"
    at.button(key="tour.new").click().run()
    assert "tour" not in at.query_params
    assert "Keep this view" in texts(at.markdown)
    at.button(key="tour.edit.mine").click().run()
    assert at.text_input[0].value == "Mine"
    at.button(key="tour.delete.mine").click().run()
    assert own_tours() == {}
    assert not at.exception


def test_a_tour_that_is_not_there_is_said_in_a_sentence(app: Open) -> None:
    at = app("home", tour="nowhere", n="3")
    assert "There is no tour 'nowhere' here" in texts(at.error)
    assert "tour" not in at.query_params


def test_playing_opens_the_first_view_in_stage_mode(app: Open, store: Store) -> None:
    save(TWO)
    at = app("tour")
    at.button(key="tour.play.two").click().run()
    assert at.query_params["stage"] == "1"
    assert at.query_params["n"] == "1"
    assert at.query_params["tour"] == "two"
    assert at.title[0].value == ENTRIES["traverse"].title


def test_the_page_to_take_away_has_each_run_of_the_tour_once(put: Callable[..., Path]) -> None:
    put("one")
    put("two")
    views = [View("compare?run=two&compare=one,two"), View("learn"), View("map?run=gone"), View("map?run=one")]
    assert [run.id for run in runs_of(Tour("x", tuple(views)))] == ["two", "one"]
