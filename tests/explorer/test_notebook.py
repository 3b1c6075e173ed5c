"""Widgets for notebooks, from Python's side."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from traitlets import TraitError

from explorer import library
from explorer.notebook import compare, interpolate, latent_map, traverse
from explorer.notebook.bundle import module
from explorer.notebook.files import opened
from vae_core.config import BetascopeError
from vae_core.export.files import onnx_of
from vae_core.runs import Run

Put = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def exported(trained: Run) -> None:
    """Copies of the run have its exported model with them."""
    onnx_of(trained, "decoder")
    onnx_of(trained, "encoder")


@pytest.fixture
def one(put: Put) -> Run:
    put("one")
    return library.find("one")


def test_the_module_holds_the_components_in_the_order_of_their_imports() -> None:
    text = module()
    found = re.search(r"\((\{\"onnxruntime-web.*\})\)\);?$", text, re.MULTILINE)
    assert found
    sources = json.loads(found[1])
    seen: set[str] = set()
    for name, source in sources.items():
        assert set(re.findall(r'^(?:import|export)\b[^"]*"(betascope/[^"]+)"', source, re.MULTILINE)) <= seen
        seen.add(name)
    assert "betascope/notebook/browser/contents.js" in seen
    assert not {"betascope/take_away/browser/contents.js", "betascope/components/shared/server.js"} & seen


def test_a_run_is_known_by_its_weights(one: Run) -> None:
    assert opened("one").id == opened(one).id == f"one@{one.weights_hash()}"


def test_sliders_and_images_go_together(one: Run) -> None:
    widget = traverse("one", row=3)
    mu = library.latents(one).mu
    assert widget.z == pytest.approx(mu[3].tolist(), abs=1e-4)
    widget.z = [0.0] * 5
    assert widget.row is None
    widget.row = 7
    assert widget.z == pytest.approx(mu[7].tolist(), abs=1e-4)
    assert widget.row == 7


def test_what_the_browser_sends_stays_together(one: Run) -> None:
    widget = traverse(one)
    z = np.round(library.latents(one).mu[4], 4).tolist()
    widget.set_state({"z": z, "row": 4})
    assert (widget.row, widget.z) == (4, pytest.approx(z))


def test_names_are_written_beside_the_run(one: Run) -> None:
    widget = traverse(one)
    widget.set_state({"names": {"2": "slant  of\nit"}})
    assert library.find("one").notes().names == {2: "slant of it"}
    assert traverse("one").names == {2: "slant of it"}


def test_a_map_knows_its_picks_and_colours(one: Run) -> None:
    widget = latent_map(one, "pca", colour="z1", picks=[4, 2])
    assert (widget.picks, widget.colour, widget.z) == ([4, 2], "z1", None)
    widget.picks = [1]
    with pytest.raises(BetascopeError, match="There is no test image 99999"):
        widget.picks = [99999]
    with pytest.raises(TraitError, match="colour is 'mood'; it can be"):
        widget.colour = "mood"


def test_the_code_on_a_path_follows_its_place(one: Run) -> None:
    mu = library.latents(one).mu
    widget = interpolate(one, [0, 5])
    assert widget.z == pytest.approx(((mu[0] + mu[5]) / 2).tolist(), abs=1e-3)
    widget.at = 1
    assert widget.z == pytest.approx(mu[5].tolist(), abs=1e-3)
    widget.keyframes = ["0", "m3", "2"]
    assert [frame["title"] for frame in widget.frames] == ["image 0", "mean of 3", "image 2"]
    assert widget.z == pytest.approx(mu[2].tolist(), abs=1e-3)


def test_a_move_and_the_code_after_it_are_one(put: Put, one: Run) -> None:
    put("two")
    widget = compare([one, "two"])
    start = list(widget.z)
    widget.set_state({"move": "0:0.500,3:-1.000"})
    assert widget.move == {0: 0.5, 3: -1.0}
    assert np.subtract(widget.z, start) == pytest.approx([0.5, 0, 0, -1, 0], abs=1e-3)
    widget.z = start
    assert widget.move == {}


def test_what_a_widget_sends_is_compressed_and_has_one_address(one: Run) -> None:
    widget, other = traverse(one), latent_map(one, "pca")
    addresses = widget.contents["runs"][opened(one).id]["files"]
    assert {"decoder", "encoder", "images"} <= set(addresses)
    assert set(addresses.values()) <= set(widget.files)
    assert widget.files[addresses["decoder"]] == other.files[addresses["decoder"]]
    json.dumps([widget.props, widget.contents, widget.states])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: traverse("nothing"), "nothing"),
        (lambda: traverse("one", row=-1), "There is no test image -1"),
        (lambda: traverse("one", reach=5), "reach is 5.0; it can be 2, 3, 4, 6"),
        (lambda: setattr(traverse("one"), "z", [1.0]), "z has 1 numbers; this model takes 5"),
        (lambda: setattr(traverse("one"), "z", [float("nan")] * 5), "finite"),
        (lambda: latent_map("one", "plane"), "plane"),
        (lambda: latent_map("one", "pca", colour="mood"), "colour is 'mood'"),
        (lambda: interpolate("one", []), "rows is empty"),
        (lambda: interpolate("one", ["m77"]), "class 77"),
        (lambda: setattr(interpolate("one"), "at", 2), "at is 2.0; it can be 0 to 1"),
        (lambda: setattr(interpolate("one"), "mode", "warp"), "mode is 'warp'"),
        (lambda: compare([]), "runs is empty"),
        (lambda: compare(["one"], reference=3), "reference is 3"),
    ],
)
def test_bad_input_is_one_sentence(one: Run, change: Callable[[], object], sentence: str) -> None:
    with pytest.raises((BetascopeError, TraitError), match=re.escape(sentence)):
        change()


def test_a_run_without_weights_says_so(put: Put) -> None:
    (put("young", state="queued") / "weights.safetensors").unlink()
    with pytest.raises(BetascopeError, match="'young' is queued and has no weights yet"):
        traverse("young")
