"""The home page shows what there is, and never a trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from vae_core.runs import Store

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
