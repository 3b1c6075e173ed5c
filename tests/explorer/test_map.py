"""The Map page's choices, and what it says while a map is laid out elsewhere."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import maps as module
from tests.waiting import soon
from vae_core.analysis import MapConfig, map_file
from vae_core.runs import Run, Store
from vae_core.runs.machine import background

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]
UMAP = MapConfig(method="umap")


def the_layout() -> module.MapJob:
    (found,) = module.MAP_SERVICE.jobs.values()
    return found


def test_while_a_map_is_laid_out_its_progress_is_reported(app: Open, put: Put) -> None:
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
    assert module.MAP_SERVICE.jobs == {}
    assert "UMAP was stopped" in texts(at.info)
    at.button(key="map.go").click().run()
    assert len(module.MAP_SERVICE.jobs) == 1
    assert "UMAP was stopped" not in texts(at.info)


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


# -- the service, with a process that follows a script ----------------------------------------------------------------
SCRIPT = """
import json, sys
print("a library says hello", flush=True)
print(json.dumps({"warm": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "forget" in request:
        print(json.dumps({"key": request["forget"], "error": "cancelled"}), flush=True)
    elif request["config"]["method"] == "tsne":
        sys.exit(3)
    else:
        print(json.dumps({"key": request["key"], "share": 0.5}), flush=True)
        if request["config"]["seed"]:
            print(json.dumps({"key": request["key"], "done": True}), flush=True)  # and saved nothing
"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[module.MapService]:
    script = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    monkeypatch.setattr(module, "background", lambda command, **settings: background(script, **settings))
    found = module.MapService()
    yield found
    assert found.process
    assert found.process.stdin
    if not found.process.stdin.closed:
        found.process.stdin.close()
    found.process.wait(180)


def test_the_service_follows_progress_and_ends(
    service: module.MapService, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.start()
    soon(lambda: service.warm)
    layout = service.request(trained, UMAP)
    assert service.request(trained, UMAP) is layout
    soon(lambda: layout.share == 0.5)
    service.forget(trained, UMAP)
    assert service.jobs == {}
    unsaved = service.request(trained, UMAP.replace(seed=1))
    soon(lambda: unsaved.error)
    assert "could not be saved" in str(unsaved.error)
    file = map_file(trained, UMAP.replace(seed=2))
    monkeypatch.setattr(Path, "exists", lambda path: path == file)
    service.request(trained, UMAP.replace(seed=2))
    soon(lambda: file not in service.jobs)


def test_an_answer_to_a_stopped_job_does_not_touch_the_next(service: module.MapService, trained: Run) -> None:
    first = service.request(trained, UMAP)
    service.forget(trained, UMAP)
    second = service.request(trained, UMAP)
    soon(lambda: second.share == 0.5)
    assert second.error is None
    assert first.id != second.id


def test_a_process_that_dies_is_reported_and_the_next_request_starts_another(
    service: module.MapService, trained: Run
) -> None:
    layout = service.request(trained, MapConfig(method="tsne"))
    soon(lambda: layout.error)
    assert "code 3" in str(layout.error)
    service.forget(trained, MapConfig(method="tsne"))
    layout = service.request(trained, UMAP)
    soon(lambda: layout.share == 0.5)


def test_a_map_that_is_there_is_not_asked_for(store: Store, put: Put) -> None:
    put("one")
    run = store.open("one")
    map_file(run, UMAP).parent.mkdir(exist_ok=True)
    map_file(run, UMAP).write_bytes(b"")
    assert module.lay_out(run, UMAP) is None
