"""The Map page's choices, and what it says while a map is laid out elsewhere."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import maps as module
from vae_core.analysis import MapConfig, map_file
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]
UMAP = MapConfig(method="umap")


def the_layout() -> module.MapJob:
    (found,) = module.MAP_SERVICE.layouts.values()
    return found


def test_while_a_map_is_laid_out_its_progress_is_told(app: Open, put: Put) -> None:
    put("one")
    at = app("map", run="one", method="umap")
    assert not at.exception
    assert "PCA of the posterior means" in texts(at.caption)
    the_layout().share = 0.4
    at.run()
    assert "UMAP is being laid out" in at.main.get("progress")[0].proto.text


def test_stop_stops_it_until_somebody_wants_it_again(app: Open, put: Put) -> None:
    put("one")
    at = app("map", run="one", method="umap")
    at.button(key="map.stop").click().run()
    assert module.MAP_SERVICE.layouts == {}
    assert "UMAP was stopped" in texts(at.info)
    at.button(key="map.go").click().run()
    assert len(module.MAP_SERVICE.layouts) == 1
    assert not at.info


def test_a_map_that_failed_says_why_and_can_be_tried_again(app: Open, put: Put) -> None:
    put("one")
    at = app("map", run="one", method="tsne")
    the_layout().error = "the disk is full."
    at.run()
    assert "t-SNE failed: the disk is full." in texts(at.error)
    at.button(key="map.again").click().run()
    assert not at.error
    assert the_layout().error is None


def test_a_map_in_space_and_one_that_keeps_its_places(app: Open, put: Put) -> None:
    put("one")
    put("two")
    at = app("map", run="one", method="pca", shape="3-D")
    assert not at.exception
    assert "Pick images on the flat map" in texts(at.caption)
    at = app("map", run="one", method="umap", like="two")
    assert not at.exception
    assert at.selectbox(key="map.like.one").value == "two"
    assert at.selectbox(key="map.like.one").options[0] == "no other model"


# -- the desk, with a process that does as it is told --------------------------------------------------------------
SCRIPT = """
import json, sys
print("a library says hello", flush=True)
print(json.dumps({"warm": True}), flush=True)
for line in sys.stdin:
    told = json.loads(line)
    if "forget" in told:
        print(json.dumps({"key": told["forget"], "error": "cancelled"}), flush=True)
    elif told["config"]["method"] == "tsne":
        sys.exit(3)
    else:
        print(json.dumps({"key": told["key"], "share": 0.5}), flush=True)
        if told["config"]["seed"]:
            print(json.dumps({"key": told["key"], "done": True}), flush=True)  # and kept nothing
"""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[module.MapService]:
    real = module.subprocess.Popen
    monkeypatch.setattr(module, "gently", list)
    monkeypatch.setattr(
        module.subprocess, "Popen",
        lambda words, **settings: real([sys.executable, "-c", textwrap.dedent(SCRIPT)], **settings),
    )  # fmt: skip
    found = module.MapService()
    yield found
    assert found.process
    assert found.process.stdin
    if not found.process.stdin.closed:
        found.process.stdin.close()
    found.process.wait(180)


def soon(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_desk_hears_shares_and_ends(desk: module.MapService, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.start()
    soon(lambda: desk.warm)
    layout = desk.ask(trained, UMAP)
    assert desk.ask(trained, UMAP) is layout
    soon(lambda: layout.share == 0.5)
    desk.forget(trained, UMAP)
    assert desk.layouts == {}
    unkept = desk.ask(trained, UMAP.replace(seed=1))
    soon(lambda: unkept.error)
    assert "could not be kept" in str(unkept.error)
    file = map_file(trained, UMAP.replace(seed=2))
    monkeypatch.setattr(Path, "exists", lambda path: path == file)
    desk.ask(trained, UMAP.replace(seed=2))
    soon(lambda: file not in desk.layouts)


def test_an_answer_to_a_forgotten_wish_does_not_touch_the_next(desk: module.MapService, trained: Run) -> None:
    first = desk.ask(trained, UMAP)
    desk.forget(trained, UMAP)
    second = desk.ask(trained, UMAP)
    soon(lambda: second.share == 0.5)
    assert second.error is None
    assert first.ticket != second.ticket


def test_a_process_that_dies_is_told_and_the_next_ask_starts_another(desk: module.MapService, trained: Run) -> None:
    layout = desk.ask(trained, MapConfig(method="tsne"))
    soon(lambda: layout.error)
    assert "code 3" in str(layout.error)
    desk.forget(trained, MapConfig(method="tsne"))
    layout = desk.ask(trained, UMAP)
    soon(lambda: layout.share == 0.5)


def test_a_map_that_is_there_is_not_asked_for(store: Store, put: Put) -> None:
    put("one")
    run = store.open("one")
    map_file(run, UMAP).parent.mkdir(exist_ok=True)
    map_file(run, UMAP).write_bytes(b"")
    assert module.lay_out(run, UMAP) is None
