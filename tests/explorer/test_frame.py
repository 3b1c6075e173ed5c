"""What every page stands in: the run picker, bad links, and errors as sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.live.modules import address_of
from explorer.live.routes import routes
from explorer.navigation import ENTRIES, FOLDER
from explorer.shell import addresses, startup
from explorer.shell.chunks import NEEDED, STATIC, chunks
from vae_core.config import BetascopeError
from vae_core.runs import Store

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_page_opens_on_an_empty_store(app: Open, name: str) -> None:
    at = app(name)
    assert not at.exception
    assert not at.error
    assert at.title
    assert any("memory" in caption.value for caption in at.sidebar.caption)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_page_opens_with_a_nonsense_link(app: Open, put: Put, name: str) -> None:
    put("shipped", gallery=True)
    at = app(name, run="../../etc", z="1,nan", picks="-1,x", compare=",,gone")
    assert not at.exception
    assert len(at.error) == (1 if ENTRIES[name].one_run else 0)


def test_every_entry_is_a_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(ENTRIES)


def test_a_link_to_a_run_that_is_gone_shows_another_until_one_is_picked(app: Open, put: Put) -> None:
    put("shipped", gallery=True)
    put("mine")
    at = app("traverse", run="gone")
    assert "no run 'gone'" in texts(at.error)
    assert at.session_state["session"].run == "gallery/shipped"
    picker = at.sidebar.selectbox(key="frame.run")
    assert picker.value == "gallery/shipped"
    picker.set_value("mine").run()
    assert not at.error
    assert at.session_state["session"].run == "mine"
    assert at.query_params["run"] == "mine"


def test_the_reason_outlives_a_script_that_is_ended_in_between(
    app: Open, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit ends a script for a newer one, and may do so while the reason is looked for."""
    put("here")
    real, calls = library.reason_not_openable, []

    def ended_once(id: str) -> str:
        calls.append(id)
        if len(calls) == 1:
            raise RerunException(RerunData())
        return real(id)

    monkeypatch.setattr(library, "reason_not_openable", ended_once)
    at = app("home", run="gone")
    at.switch_page("../../pages/traverse.py").run()
    at.run()
    assert calls[:2] == ["gone", "gone"]
    assert "There is no run 'gone'" in texts(at.error)


def test_the_picker_follows_the_session(app: Open, put: Put) -> None:
    put("first")
    put("second")
    at = app("traverse", run="first")
    at.session_state["session"].run = "second"
    at.run()
    assert at.sidebar.selectbox[0].value == "second"


def test_the_link_stays_on_every_page(app: Open, put: Put) -> None:
    put("mine")
    at = app("home", run="mine", z="1,2,3,4,5")
    at.switch_page("../../pages/train.py").run()
    assert at.query_params["run"] == "mine"
    assert at.query_params["z"] == "1,2,3,4,5"


def test_a_page_that_is_ended_early_is_in_the_address(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload while a page is still drawn opens the same run at the same code."""
    put("mine")

    def ended(*_: object) -> None:
        raise StopException()

    at = app("home", run="mine", z="1,2,3,4,5")
    monkeypatch.setattr("explorer.train.form.form", ended)
    at.query_params.clear()  # as a link to another page does
    at.switch_page("../../pages/train.py").run()
    assert at.query_params["run"] == "mine"
    assert at.query_params["z"] == "1,2,3,4,5"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (BetascopeError("The disk is full; free some space."), "The disk is full"),
        (KeyError("rate"), "Something went wrong in the app"),
    ],
)
def test_errors_are_sentences(app: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("explorer.library.gallery_runs", fail)
    at = app()
    assert not at.exception
    assert says in texts(at.error)
    assert "Traceback" not in texts(at.error)


def test_training_in_progress_is_reported_on_every_page(app: Open, put: Put) -> None:
    put("next", state="queued", total=0)
    at = app("compare")
    assert any("next · waiting" in link.proto.label for link in at.sidebar.get("page_link"))


def test_the_queue_goes_on_after_a_restart(put: Put, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    devices: list[str] = []
    monkeypatch.setattr(startup, "start_worker", lambda store, device: devices.append(device))
    startup.resume_queue(store)
    assert devices == []
    put("one", state="queued")
    put("two", state="queued")
    put("three", state="queued")
    monkeypatch.setattr(startup, "slots", lambda device: 2)
    startup.resume_queue(store)
    assert devices == ["cpu", "cpu"]


def test_home_has_an_address_of_its_own() -> None:
    scope = {"type": "http", "method": "GET", "path": "/home", "query_string": b"run=a", "headers": []}
    assert addresses.to_first(Request(scope)).headers["location"] == "/?run=a"


def test_a_deep_link_looks_for_the_server_at_the_root() -> None:
    client = TestClient(Starlette(routes=addresses.routes()))
    for name in list(ENTRIES)[1:]:
        html = client.get(f"/{name}?run=a").text
        assert html.index("BACKEND_BASE_URL") < html.index('<script type="module"'), (
            "set before Streamlit's code reads it"
        )


def test_a_page_names_its_modules_so_that_they_come_while_streamlit_starts() -> None:
    client = TestClient(Starlette(routes=[*addresses.routes(), *routes()]))
    for name, entry in ENTRIES.items():
        html = client.get("/" if name == "home" else f"/{name}").text
        named = re.findall(r'<link rel="modulepreload"[^>]* href="\./([^"]+)"', html.partition("</head>")[0])
        assert len(named) == len(set(named)), "nothing is named twice"
        modules = [address for address in named if address.startswith("modules/")]
        own = [address_of(component) for component in (entry.component, *addresses.ON_ALL_PAGES) if component]
        assert modules[: len(own)] == own
        assert named[-len(modules) :] == modules, "after Streamlit's own, which the page needs first"
        assert [client.get(f"/{module}").status_code for module in modules] == [200] * len(modules)


def test_streamlits_own_chunks_are_those_that_this_version_has() -> None:
    names = [address.rpartition("/")[2] for address in chunks()]
    assert {name.partition(".")[0] for name in names} >= set(NEEDED), "Streamlit has renamed one of them"
    assert all((STATIC / address).is_file() for address in chunks())
