"""The form submits what it shows, or says in one sentence why not; the live view tells what goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import vae_core
from explorer.train.presets import PRESETS
from explorer.train.queue import duration, progress_text
from explorer.train.result import chart_script
from explorer.train.watch import refresh_interval
from vae_core.analysis import reproducibility
from vae_core.models import MODELS
from vae_core.runs import Run, Store
from vae_core.runs.files import write_json

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


@pytest.fixture
def seeds(store: Store) -> list[Run]:
    """Three finished runs that differ by their seed."""
    settings: dict[str, object] = dict(network="mlp", hidden=(16,), latent_dim=3, image_size=8, epochs=1, size=300)
    return [vae_core.train("digits", "vae", store=store, seed=seed, **settings) for seed in (0, 1, 2)]


def test_one_press_queues_the_first_preset(app: Open, store: Store, started: list[str]) -> None:
    at = app("train")
    assert not at.error
    at.button(key="train.start").click().run()
    assert not at.error
    (run,) = store.runs()
    assert isinstance(run, Run)
    assert run.status()["state"] == "queued"
    assert (run.config.data.name, run.config.family, run.config.beta) == ("digits", "beta_vae", 1.0)
    assert run.config.train.epochs == PRESETS["digits"].settings["epochs"]
    assert started == ["auto"]
    assert "waiting" in texts_of_progress(at)


def test_trackers_are_chosen_among_the_further_settings(app: Open, store: Store, started: list[str]) -> None:
    at = app("train")
    chosen = at.multiselect(key="train.log")
    assert chosen.options == ["TensorBoard", "Weights & Biases", "MLflow"]
    chosen.set_value(["mlflow", "tensorboard"]).run()
    at.button(key="train.start").click().run()
    (run,) = store.runs()
    assert isinstance(run, Run)
    assert run.config.train.log == "tensorboard,mlflow"


def test_a_sweep_queues_one_run_per_beta(app: Open, store: Store, started: list[str]) -> None:
    at = app("train")
    at.text_input(key="train.beta").set_value("1, 4, 16").run()
    assert "β_norm" in texts(at.caption)
    assert at.button(key="train.start").label == "Train 3 models"
    at.button(key="train.start").click().run()
    assert sorted(run.config.beta for run in store.runs()) == [1.0, 4.0, 16.0]  # type: ignore[union-attr]


def test_seeds_are_runs_of_their_own(app: Open, store: Store, started: list[str]) -> None:
    at = app("train")
    at.text_input(key="train.beta").set_value("1, 4").run()
    at.text_input(key="train.seeds").set_value("0, 1, 2").run()
    at.text_input(key="train.name").set_value("Mine").run()
    assert at.button(key="train.start").label == "Train 6 models"
    at.button(key="train.start").click().run()
    variants = sorted((run.config.beta, run.config.train.seed, run.config.name) for run in store.runs())  # type: ignore[union-attr]
    assert variants[:2] == [(1.0, 0, "Mine β=1 seed 0"), (1.0, 1, "Mine β=1 seed 1")]
    assert len(variants) == 6


def test_the_most_reproducible_seed_is_picked(app: Open, seeds: list[Run]) -> None:
    at = app("train")
    at.session_state["train.watched"] = [run.id for run in seeds]
    at.run()
    assert not at.exception
    found = reproducibility(seeds)
    assert found.reason in texts(at.caption)
    key = f"train.seeds.{seeds[0].id}"
    at.button(key=f"{key}.explore").click().run()
    assert at.session_state["session"].run == found.picked.id


def test_the_other_seeds_are_deleted(app: Open, store: Store, seeds: list[Run]) -> None:
    at = app("train")
    at.session_state["train.watched"] = [run.id for run in seeds]
    at.run()
    picked = reproducibility(seeds).picked
    at.button(key=f"train.seeds.{seeds[0].id}.delete").click().run()
    assert not at.exception
    assert [run.id for run in store.runs()] == [picked.id]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("train.seeds", "one", "0, 1, 2"),
        ("train.seeds", "-1", "at least 0"),
        ("train.seeds", ", ".join(map(str, range(13))), "up to 12"),
        ("train.beta", "four", "write 4, or 1, 4, 16"),
        ("train.beta", "-1", "at least 0"),
        ("train.beta", "1, nan", "--beta nan"),
        ("train.hidden", "wide", "list of whole numbers"),
        ("train.hidden", "0", "at least 1"),
        ("train.device", "tpu", "must be auto, cpu, cuda"),
    ],
)
def test_bad_input_is_reported_and_nothing_is_queued(
    app: Open, store: Store, started: list[str], key: str, value: str, says: str
) -> None:
    at = app("train")
    at.text_input(key=key).set_value(value).run()
    if not at.error:
        at.button(key="train.start").click().run()
    assert says in texts(at.error)
    assert store.runs() == []
    assert started == []


def test_more_images_than_there_are(app: Open, store: Store) -> None:
    at = app("train")
    at.number_input(key="train.size").set_value(5000).run()
    at.button(key="train.start").click().run()
    assert "1797" in texts(at.error)
    assert store.runs() == []


@pytest.mark.parametrize("path", ["", "/no/such/folder"])
def test_own_images_that_are_not_there(app: Open, store: Store, path: str) -> None:
    at = app("train")
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("path").run()
    at.text_input(key="train.folder").set_value(path).run()
    at.button(key="train.start").click().run()
    assert len({error.value for error in at.error}) == 1
    assert store.runs() == []


@pytest.mark.parametrize("model", MODELS)
def test_every_family_has_a_form_that_submits(app: Open, store: Store, started: list[str], model: str) -> None:
    at = app("train")
    at.selectbox(key="train.model").set_value(model).run()
    assert not at.error
    at.button(key="train.start").click().run()
    assert [run.config.family for run in store.runs()] == [model]  # type: ignore[union-attr]


def test_another_family_brings_its_own_defaults(app: Open, store: Store, started: list[str]) -> None:
    """Names that families share may default to something else in each."""
    at = app("train")
    at.selectbox(key="train.model").set_value("capacity_vae").run()
    assert at.text_input(key="train.beta").value == "1000"
    assert at.selectbox(key="train.schedule").value == "capacity"
    assert at.number_input(key="train.warmup_steps").value is None
    at.selectbox(key="train.model").set_value("info_vae").run()
    assert at.session_state["train.alpha"] == 0.9
    at.selectbox(key="train.model").set_value("beta_tcvae").run()
    assert at.session_state["train.alpha"] == 1.0
    at.button(key="train.start").click().run()
    (run,) = store.runs()
    assert run.config.model.schedule == "constant"
    assert run.config.beta == 6.0


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_the_form(app: Open, name: str) -> None:
    at = app("train")
    at.button_group(key="train.preset").set_value(name).run()
    assert not at.error
    assert at.session_state["train.beta"] == PRESETS[name].beta
    assert at.selectbox(key="train.model").value == PRESETS[name].settings["model"]
    assert at.number_input(key="train.epochs").value == PRESETS[name].settings["epochs"]
    assert ("on this computer" in texts(at.caption)) == PRESETS[name].timed


def test_a_trained_run_is_shown_and_explored(app: Open, put: Put) -> None:
    put("fresh")
    at = app("train")
    at.session_state["train.watched"] = ["fresh"]
    at.run()
    assert not at.error
    assert "fresh** is trained. −ELBO" in texts(at.success)
    at.button(key="train.explore").click().run()
    assert at.session_state["session"].run == "fresh"
    assert texts(at.title) == "Traverse"


def test_a_sweep_that_is_done_leads_to_compare(app: Open, put: Put) -> None:
    put("one")
    put("two")
    at = app("train")
    at.session_state["train.watched"] = ["one", "two"]
    at.run()
    at.button(key="train.compare").click().run()
    assert texts(at.title) == "Compare"
    assert at.session_state["session"].compared == ["one", "two"]


def test_a_failed_run_says_why_and_alerts_carry_a_remedy(app: Open, put: Put) -> None:
    alert = {"kind": "loss spike", "message": "The loss jumped.", "remedy": "Lower the learning rate."}
    put("bad", state="failed", message="At step 3 the loss was no longer a number.", alerts=[alert])
    at = app("train")
    at.session_state["train.watched"] = ["bad"]
    at.run()
    assert "At step 3" in texts(at.error)
    assert texts(at.warning) == "The loss jumped. Lower the learning rate."


@pytest.mark.parametrize("ago", [3600.0, -3600.0], ids=["an hour ago", "the clock was set back since"])
def test_runs_that_nobody_trains_get_a_worker(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch, ago: float) -> None:
    devices: list[str] = []
    monkeypatch.setattr("explorer.train.queue.start_worker", lambda store, device: devices.append(device))
    put("lost", state="queued", heartbeat=time.time() - ago)
    at = app("train")
    assert "No worker" in texts(at.warning)
    at.button(key="train.worker").click().run()
    assert devices == ["auto"]


def test_the_page_looks_often_until_the_first_point(app: Open, put: Put) -> None:
    assert refresh_interval() is None
    path = put("new", state="queued")
    history = (path / "metrics.jsonl").read_text()
    (path / "metrics.jsonl").unlink()
    often = refresh_interval()
    at = app("train")
    assert not at.exception
    assert [chart.proto.spec.count('"mode"') for chart in at.get("plotly_chart")] == [3], "empty axes already"
    (path / "metrics.jsonl").write_text(history)
    seldom = refresh_interval()
    assert often is not None
    assert seldom is not None
    assert 2 * often < seldom


def test_what_a_cluster_has_is_reported_while_it_is_fresh(
    app: Open, put: Put, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.train.watch.FRESH", 3600.0)  # a page may take long to open
    put("busy", state="queued", total=0)
    resources = dict(address="10.0.0.1:6379", nodes=2, cpus=8.0, cpus_free=3.0, gpus=2.0, gpus_free=1.0)
    for time_of_it, shown in ((time.time(), True), (time.time() - 7200, False)):
        write_json(store.root / ".queue" / "cluster.json", resources | {"time": time_of_it})
        at = app("train")
        assert ("2 machines, 3 of 8 cores, 1 of 2 GPUs free" in texts(at.caption)) == shown


def test_words_of_progress(trained: Run) -> None:
    status = {
        "state": "running",
        "step": 1,
        "total": 2,
        "images_per_second": 5300.0,
        "seconds_left": 125,
        "device": "CPU",
    }
    assert progress_text(trained, status) == "epoch 0.5 of 1 · 5,300 images/s · 2 min 5 s left · CPU"
    assert progress_text(trained, {"state": "running"}) == "opening the images …"
    assert progress_text(trained, {"state": "queued"}) == "waiting for its turn"
    assert [duration(seconds) for seconds in (0.4, 59, 3600, 7830)] == ["0 s", "59 s", "1 h 0 min", "2 h 10 min"]


def texts_of_progress(at: AppTest) -> str:
    return "\n".join(str(element.proto.text) for element in at.get("progress"))


def test_the_charts_that_are_loaded_ahead_are_a_file_of_streamlit() -> None:
    script = chart_script()
    assert script is not None, "the first point of a curve waits for plotly"
    assert (Path(st.__file__).parent / "static" / "static" / "js" / script).is_file()
