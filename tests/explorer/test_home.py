"""The home page shows what there is, and never a trace."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import vae_core
from explorer import library
from explorer.home.featured import place_of, props
from explorer.home.pictures import FRAMES, ON_THE_FIRST, playing, strips_html, strips_of
from vae_core.__main__ import main
from vae_core.datasets.base import DataError
from vae_core.runs import Run, Store
from vae_core.runs.archive import write_archive
from vae_core.runs.notes import Notes

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


def test_nothing_there_yet(app: Open) -> None:
    at = app()
    assert not at.error
    assert "β" in texts(at.title)
    assert "not in `checkpoints/gallery`" in texts(at.caption)
    at.button(key="empty.train").click().run()
    assert texts(at.title) == "Train"


def test_gallery_and_own_runs_lead_into_traverse(app: Open, put: Put) -> None:
    put("shipped", gallery=True)
    put("mine")
    at = app()
    assert not at.error
    captions = texts(at.caption)
    assert captions.count("−ELBO") == 2
    assert captions.count("5 latent dimensions") == 2
    at.button(key="explore.gallery/shipped").click().run()
    assert texts(at.title) == "Traverse"
    assert at.session_state["session"].run == "gallery/shipped"
    assert at.query_params["run"] == "gallery/shipped"


def test_the_first_of_the_gallery_plays_and_cards_say_what_dimensions_move(app: Open, put: Put) -> None:
    first, second = put("first", gallery=True), put("second", gallery=True)
    Notes(about="Digits in five numbers", rank=1, picked="Seed 2 of 3.").write(second)
    Notes(names={3: "slant <b>"}).write(first)
    at = app()
    assert not at.exception
    featured, card = Run.open(second, "gallery/second"), Run.open(first, "gallery/first")
    assert "Digits in five numbers" in texts(at.markdown)
    assert "Seed 2 of 3." in texts(at.caption)
    found = strips_of(featured)
    assert found is not None
    assert [strip.dim for strip in found] == library.latents(featured).order()[:3], "no names, no factors: by rate"
    assert all(strip.detail().endswith("nats") for strip in found)
    named = strips_of(card)
    assert named is not None
    assert (named[0].dim, named[0].title(), named[0].detail()) == (3, "slant <b>", "z3")
    assert "slant &lt;b&gt;" in (strips_html(card) or "")
    at.button(key="explore.gallery/second").click().run()
    assert at.session_state["session"].run == "gallery/second"


def test_a_click_on_the_playing_card_is_a_code(put: Put) -> None:
    run = Run.open(put("first", gallery=True), "gallery/first")
    found = strips_of(run)
    assert found is not None
    picture = playing(run, found) or ""
    sheet = Image.open(io.BytesIO(base64.b64decode(picture.removeprefix("data:image/jpeg;base64,"))))
    assert sheet.size == (FRAMES * 32, 3 * 32)
    shown, code = props(run, found, picture), library.latents(run).mu[0]
    assert len(shown["rows"]) == 3
    dim, column = found[1].dim, library.latents(run).mu[:, found[1].dim]
    low, high = np.quantile(column, (0.02, 0.98))
    assert (found[1].low, found[1].high) == pytest.approx((min(low, code[dim]), max(high, code[dim])))
    expected = code.astype(float).tolist()
    expected[dim] = 0.25 * found[1].low + 0.75 * found[1].high
    assert place_of({"dim": dim, "place": 0.75}, run, found) == pytest.approx(expected)
    start = shown["rows"][1]["start"]
    assert place_of({"dim": dim, "place": start}, run, found) == pytest.approx(code.astype(float).tolist(), abs=1e-6)
    for wrong in (
        None,
        "z",
        {"dim": 99, "place": 0.5},
        {"dim": dim, "place": 2},
        {"dim": dim},
        {"dim": dim, "place": "0"},
    ):
        assert place_of(wrong, run, found) is None


def test_a_card_without_codes_or_data_has_a_thumbnail(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put("alone", gallery=True)
    shutil.rmtree(path / "cache")
    monkeypatch.setattr(
        "vae_core.runs.run.load", lambda *_, **__: (_ for _ in ()).throw(DataError("The disk is gone."))
    )
    at = app()
    assert not at.exception
    assert strips_of(Run.open(path, "gallery/alone")) is None
    assert at.button(key="explore.gallery/alone")


def test_scores_on_a_card_are_those_of_the_command_line(
    app: Open, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: dict[str, Any] = dict(
        network="mlp", hidden=(16,), latent_dim=3, image_size=16, size=600, epochs=1, snapshots=0
    )
    run = vae_core.train("sprites", "vae", store=store, **settings)
    assert "MIG" not in texts(app().caption)
    assert main(["metrics", run.id, "--scores", "mig,factor_vae", "--json", "--store", str(store.root)]) == 0
    numbers = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert f"MIG {numbers['mig']:.2f} · FactorVAE score {numbers['factor_vae']:.2f}" in texts(app().caption)


def test_the_first_card_has_every_labelled_dimension(put: Put) -> None:
    path = put("first", gallery=True)
    run = Run.open(path, "gallery/first")
    for names, count in (({}, 3), ({0: "slant"}, 3), ({dim: f"name {dim}" for dim in range(4)}, 4)):
        Notes(names=names).write(path)
        found = strips_of(run, ON_THE_FIRST)
        assert found is not None
        assert len(found) == count
        assert {strip.dim for strip in found} >= set(names)
        assert len(strips_of(run) or []) == 3


def test_cards_and_scores_say_how_many_labels_a_model_saw(app: Open, store: Store) -> None:
    settings: dict[str, Any] = dict(
        network="mlp", hidden=(16,), latent_dim=5, image_size=16, size=600, epochs=1, snapshots=0
    )
    with_labels = vae_core.train("sprites", "s2_beta_tcvae", store=store, name="Few", labels=40, **settings)
    without = vae_core.train("sprites", "vae", store=store, **settings)
    captions = texts(app().caption)
    assert captions.count("Saw the labels of") == 1
    assert "Saw the labels of 40 of 540 images" in captions
    at = app("measure", run=with_labels.id, compare=f"{with_labels.id},{without.id}")
    assert not at.exception
    assert texts(at.caption).count("saw the labels of 40 of 540 images") == 1


def test_states_of_own_runs(app: Open, put: Put, store: Store) -> None:
    put("a-failed", state="failed", message="The loss was no longer a number.")
    put("a-paused", state="paused", message="Paused; resume to go on.", step=3, total=6)
    put("a-running", state="running")  # no process holds its lock: shown as paused
    put("a-queued", state="queued")
    at = app()
    assert not at.error
    assert "no longer a number" in texts(at.markdown)
    for name in ("a-failed", "a-paused", "a-running"):
        assert at.button(key=f"resume.{name}")
    at.button(key="cancel.a-queued").click().run()
    assert store.open("a-queued").status()["state"] == "cancelled"


def test_resume_queues_again(app: Open, put: Put, store: Store, started: list[str]) -> None:
    put("half", state="paused")
    app().button(key="resume.half").click().run()
    assert store.open("half").status()["state"] == "queued"
    assert started == ["auto"]


def test_broken_runs_are_listed_with_their_reason_and_can_go(app: Open, put: Put, store: Store) -> None:
    path = put("torn")
    (path / "weights.safetensors").write_bytes(b"half a file")
    (store.root / "empty").mkdir()
    at = app()
    assert not at.error
    assert at.expander[0].label == "2 folders that do not open"
    assert "weights.safetensors" in texts(at.expander[0].markdown)
    at.button(key="broken.torn").click().run()
    assert not path.exists()


def test_delete_takes_two_clicks_and_forgets_the_run(app: Open, put: Put) -> None:
    path = put("old")
    at = app(run="old")
    assert path.exists()
    at.button(key="delete.old").click().run()
    assert not path.exists()
    assert not at.error
    assert at.session_state["session"].run is None


def test_many_runs_come_in_portions(app: Open, put: Put) -> None:
    for number in range(14):
        put(f"run-{number}")
    at = app()
    assert texts(at.caption).count("−ELBO") == 12
    at.button(key="home.more").click().run()
    assert texts(at.caption).count("−ELBO") == 14


def test_a_run_comes_in_as_a_zip(app: Open, put: Put, store: Store, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(put("one"), elsewhere)
    (path,) = write_archive(Run.open(elsewhere, "one"), tmp_path / "one.zip")
    at = app()
    at.file_uploader(key="home.import.0").set_value(("one.zip", path.read_bytes(), "application/zip")).run()
    assert not at.exception
    assert "Imported as `one`" in texts(at.success)
    assert at.button(key="explore.one")
    at.file_uploader(key="home.import.1").set_value(("one.zip", path.read_bytes(), "application/zip")).run()
    assert "`one` was here already" in texts(at.success)
    at.file_uploader(key="home.import.2").set_value(("cats.zip", b"PK", "application/zip")).run()
    assert "cats.zip is no ZIP of a run" in texts(at.error)
    assert [run.id for run in store.runs()] == ["one"]
    at.file_uploader(key="home.import.3").set_value(("one.zip", path.read_bytes(), "application/zip")).run()
    at.button(key="home.import.explore").click().run()
    assert texts(at.title) == "Traverse"
