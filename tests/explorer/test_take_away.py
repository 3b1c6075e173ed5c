"""The menu "Take away", and the file that works without a server."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import vae_core
from explorer import library
from explorer.shell.take_away import made
from explorer.stage.tours import Tour, View
from explorer.take_away import contents as contents_module
from explorer.take_away.modules import import_map, named_imports
from explorer.take_away.page import ENTRY, page, write_site
from explorer.take_away.places import inside
from explorer.take_away.tour import read_tour, tour_contents
from vae_core.analysis import latents_of
from vae_core.config import BetascopeError
from vae_core.runs import Store
from vae_core.runs.files import read_json, write_json

Put = Callable[..., Path]
Open = Callable[..., AppTest]


def test_every_page_of_a_run_has_the_menu(put: Put, app: Open) -> None:
    put("one")
    titles = {button.label for button in app("traverse", run="one").get("download_button")}
    assert {
        "Page that works offline",
        "Film",
        "Figure",
        "Run",
        "ONNX",
        "ONNX in 8 bits",
        "Weights",
        "Torch programs",
        "Numbers",
    } <= titles


@pytest.mark.slow
def test_a_folder_becomes_a_zip_and_a_failure_a_sentence(put: Put) -> None:
    put("one")
    with zipfile.ZipFile(io.BytesIO(made(library.find("one"), "onnx"))) as archive:
        assert archive.namelist() == ["decoder.onnx", "encoder.onnx"]
    with zipfile.ZipFile(io.BytesIO(made(library.find("one"), "run"))) as archive:
        assert {"manifest.json", "config.json", "weights.safetensors"} <= set(archive.namelist())
    path = put("two")
    run = library.find("two")
    (path / "weights.safetensors").unlink()
    with pytest.raises(BetascopeError, match="two"):
        made(run, "onnx")


def test_all_modules_are_in_the_file_and_none_asks_a_server() -> None:
    imports = json.loads(import_map(ENTRY, inside))["imports"]
    names = {name.removeprefix("betascope/") for name in imports}
    assert {ENTRY, "components/shared/dom.js", "take_away/browser/server.js", "onnxruntime-web"} <= names
    assert not names & {"components/shared/server.js", "components/shared/addresses.js", "components/shared/remote.js"}


def test_paths_become_names() -> None:
    source = 'import { a } from "./a.js";\nexport { b } from "../b/b.js";\nimport {\n  c,\n} from "../shared/server.js";\nconst d = "./d.js";\n'
    renamed, imported = named_imports("components/x/x.js", source)
    assert imported == ["components/x/a.js", "components/b/b.js", "take_away/browser/server.js"]
    assert re.findall(r'"([^"]+)"', renamed) == [*(f"betascope/{name}" for name in imported), "./d.js"]


def test_a_page_of_two_runs_compares_them(put: Put, quick_map: None) -> None:
    put("one")
    put("two")
    found = contents_module.contents([library.find("one"), library.find("two")], inside, inside)
    assert [view["title"] for view in found["views"]] == [
        "Traverse one", "Map one", "Interpolate one", "Traverse two", "Map two", "Interpolate two", "Compare", "Numbers",
    ]  # fmt: skip
    assert found["views"][-1]["props"]["rows"][0][0] == "one"


def test_a_tour_becomes_a_page_of_its_views(put: Put, quick_map: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.take_away.tour.best_map", contents_module.best_map)
    put("one")
    put("two")
    runs = [library.find("one"), library.find("two")]
    links = {
        "traverse?run=one&z=1,2,0,0,0": "traversal", "traverse?run=one&z=1,2": "traversal", "map?run=one&method=pca&picks=3": "map",
        "interpolate?run=two&keys=4~m2&at=0.25": "interpolate", "compare?run=two&compare=one,two&tab=Traversals&move=1:0.5,x": "compare",
        "compare?compare=one,two&tab=Traversals&image=99999": "compare",
        "compare?compare=one,two": "note", "traverse?run=gone": "note", "learn": "note", "map?run=one&method=else&at=x": "map",
    }  # fmt: skip
    tour = Tour("A tour", tuple(View(link, f"About {link}") for link in links))
    found = tour_contents(tour, runs, inside, inside)
    views = found["views"]
    assert [view["component"] for view in views] == list(links.values())
    assert [view["caption"] for view in views] == [view.caption for view in tour.views]
    assert views[0]["props"]["z"] == [1, 2, 0, 0, 0]
    assert views[1]["props"]["z"] == latents_of(runs[0]).mu[0].tolist()
    assert views[2]["props"]["picks"] == [3]
    assert views[3]["props"]["at"] == 0.25
    assert views[4]["props"]["reference"] == 1
    assert views[4]["props"]["move"] == {"1": 0.5}
    assert set(found["runs"]) == {"one", "two"}
    for view in views:  # whatever a component requests is in the page
        for name in ("map", "codes"):
            if view["component"] == "map":
                assert view["props"][name] in found["runs"]["one"]["files"]


def test_a_tour_has_the_beta_class_and_reach_of_each_link(
    store: Store, quick_map: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.take_away.tour.best_map", contents_module.best_map)
    quick = dict(dataset="digits", network="mlp", hidden=(16,), image_size=16, epochs=1, snapshots=0, latent_dim=3)
    for name, family in (("rates", "multirate_vae"), ("classes", "conditional_vae")):
        run = vae_core.train(model=family, store=store, size=300, **quick)
        run.path.rename(store.root / name)
    links = [
        "traverse?run=rates&beta=0.25&row=2", "traverse?run=rates&beta=4&z=0,1,0", "map?run=rates&beta=0.25", "map?run=rates&beta=4",
        "traverse?run=classes&class=7&reach=2&row=100000", "interpolate?run=classes&class=3&keys=0~1", "traverse?run=classes&row=2&z=0,1,0",
    ]  # fmt: skip
    tour = Tour("A tour", tuple(View(link, "") for link in links))
    found = tour_contents(tour, [library.find("rates"), library.find("classes")], inside, inside)
    props = [view["props"] for view in found["views"]]
    betas = [props[0]["condition"], props[1]["condition"]]
    assert betas[0] < 1 < betas[1]
    assert [props[2]["condition"], props[3]["condition"]] == betas
    assert props[2]["codes"] != props[3]["codes"]  # each β has codes of its own
    for view in props:
        parts = (view, view.get("map"))  # beside the sliders there is a small map with names of its own
        named = {part[name] for part in parts if isinstance(part, dict) for name in ("map", "codes") if isinstance(part.get(name), str)}  # fmt: skip
        assert named
        assert named <= set(found["runs"][view["run"]]["files"])
    assert props[4]["condition"] == 7
    assert props[4]["row"] == 0  # there is no such image
    assert props[4]["z"] == latents_of(library.find("classes")).mu[0].tolist()
    assert props[5]["condition"] == 3
    assert (props[6]["row"], props[6]["z"]) == (2, [0, 1, 0])
    assert (props[4]["reach"], props[6]["reach"]) == (2, 3)


def test_no_tour_is_a_sentence(put: Put, tmp_path: Path) -> None:
    with pytest.raises(BetascopeError, match="cannot be read"):
        read_tour(tmp_path / "gone.json")
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(BetascopeError):
        read_tour(tmp_path / "x.json")


def test_nothing_in_a_page_ends_its_script_element(put: Put, quick_map: None) -> None:
    path = put("one")
    write_json(path / "config.json", read_json(path / "config.json") | {"name": "</script><b>one"})
    text = page([library.find("one")])
    assert "</script><b>" not in text
    assert "<title>&lt;/script&gt;&lt;b&gt;one</title>" in text


def test_a_site_has_an_index_and_the_runtime_once(put: Put, quick_map: None, tmp_path: Path) -> None:
    put("one")
    put("shipped", gallery=True)
    files = write_site([library.find("one"), library.find("gallery/shipped")], tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in files]
    assert len(set(names)) == len(names)
    assert {"index.html", "one.html", "gallery-shipped.html", "one/decoder.gz", "gallery-shipped/decoder.gz"} <= set(
        names
    )
    assert sum(name.endswith(".wasm.gz") for name in names) == 1
    assert re.findall(r'href="([^"]+\.html)"', (tmp_path / "index.html").read_text()) == [
        "one.html",
        "gallery-shipped.html",
    ]
    text = (tmp_path / "one.html").read_text()
    for address in re.findall(r'"\./([^"]+\.(?:gz|js))"', text):
        assert (tmp_path / address).is_file(), address


def test_a_site_of_one_run_is_its_page(put: Put, quick_map: None, tmp_path: Path) -> None:
    put("one")
    write_site([library.find("one")], tmp_path)
    assert 'id="contents"' in (tmp_path / "index.html").read_text()
