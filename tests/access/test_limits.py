"""Limits of one client: each refusal is a sentence, and the next client is not concerned."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import vae_core
from explorer.access import client, enforcement, limits, modes, share, usage
from explorer.access.guard import DENIED, OVER, Guard
from explorer.access.limits import Limits, OverLimit
from explorer.access.owners import claim, owner_of
from tests.conftest import QUICK
from vae_core.config import ConfigError
from vae_core.datasets.roots import ROOTS
from vae_core.jobs import configure
from vae_core.serving import METER

Configure = Callable[[str], None]


@pytest.fixture
def set_limits(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """A class with these limits, the others off."""
    monkeypatch.setenv(modes.VARIABLE, "class")
    off = "runs=0 gigabytes=0 queue=0 minutes=0 sockets=0 decode=0 jobs=0"
    return lambda text: monkeypatch.setenv(limits.VARIABLE, f"{off} {text}")


@pytest.fixture(autouse=True)
def alice(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(share, "DECODING", share.Allowance())
    monkeypatch.setattr("explorer.access.guard.DECODING", share.DECODING)
    token = client.REQUEST.set("alice")
    yield
    client.REQUEST.reset(token)


def test_limits_are_those_of_the_mode_unless_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "exhibit")
    assert limits.limits() == limits.DEFAULTS[modes.Mode.EXHIBIT]
    monkeypatch.setenv(limits.VARIABLE, "sockets=3 jobs=0")
    found = limits.limits()
    assert (found.sockets, found.jobs, found.decode) == (3, math.inf, 10)
    monkeypatch.delenv(modes.VARIABLE)
    monkeypatch.delenv(limits.VARIABLE)
    assert limits.limits() == Limits()


@pytest.mark.parametrize("text", ["rnus=3", "runs", "runs=many", "runs=-1", "runs=nan"])
def test_limits_that_cannot_be_understood_are_a_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.VARIABLE, text)
    with pytest.raises(ConfigError, match=f"{text!r} is not one of runs, gigabytes, queue, minutes"):
        limits.limits()


def a_run(store: vae_core.Store, state: str, seconds: float = 0.0) -> vae_core.Run:
    """A run of the current client in this state that has trained for so long."""
    run = store.create(configure("digits", "vae", **QUICK), state=state)
    claim(run.path)
    (run.path / "metrics.jsonl").write_text(
        json.dumps({"step": 1, "epoch": 1.0, "distortion": 1.0, "seconds": seconds}) + "\n"
    )
    return run


def test_runs_queue_minutes_and_room(store: vae_core.Store, set_limits: Configure) -> None:
    a_run(store, "paused", 90 * 60)
    a_run(store, "queued")
    for text, sentence in {
        "runs=3": None, "runs=2": "You have 2 of 2 runs, and this adds 1", "queue=2": None,
        "queue=1": "You have 1 of 1 runs waiting or training", "minutes=91": None,
        "minutes=90": "trained for 90 minutes; 90 are allowed", "gigabytes=1": None, "gigabytes=0.00000001": "would take 0.0 GB",
    }.items():  # fmt: skip
        set_limits(text)
        if sentence is None:
            usage.check_training(store, store.runs(), 1)
            continue
        with pytest.raises(OverLimit, match=sentence):
            usage.check_training(store, store.runs(), 1)
        client.REQUEST.set("bob")
        usage.check_training(store, store.runs(), 1)
        client.REQUEST.set("alice")


def test_minutes_of_yesterday_do_not_count(
    store: vae_core.Store, set_limits: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(store, "paused", 3600)
    assert usage.minutes([run]) == 60
    now = time.time() + 25 * 3600
    monkeypatch.setattr("explorer.access.usage.time.time", lambda: now)
    assert usage.minutes([run]) == 0


def test_the_server_pauses_those_who_are_over_their_minutes_and_no_others(
    store: vae_core.Store, set_limits: Configure
) -> None:
    set_limits("minutes=60")
    mine = a_run(store, "queued", 61 * 60)
    client.REQUEST.set("bob")
    theirs = a_run(store, "queued", 59 * 60)
    enforcement.stop_over_time(store.runs())
    assert mine.status()["state"] == "paused"
    assert "60 minutes of training within 24 hours are used up" in mine.status()["message"]
    assert theirs.status()["state"] == "queued"


def test_a_running_run_is_paused_with_the_reason(store: vae_core.Store, always_due: None) -> None:
    from vae_core.runs import execute, request

    def pause(step: int, total: int, status: dict[str, object]) -> None:
        if step == 1:
            request(run, "pause", "Paused: enough for today.")

    run = store.create(configure("digits", "vae", **QUICK | {"epochs": 50}))
    assert execute(run, pause) == "paused"
    assert run.status()["message"] == "Paused: enough for today."


def test_an_allowance_refills_and_is_each_clients_own(set_limits: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits("decode=6")
    now = [100.0]
    monkeypatch.setattr("explorer.access.share.time.monotonic", lambda: now[0])
    share.DECODING.charge("alice", 7.0)
    with pytest.raises(OverLimit, match="6 seconds of decoding within a minute are used up"):
        share.check_decoding("alice")
    share.check_decoding("bob")
    now[0] += 20.0  # two seconds come back
    share.check_decoding("alice")
    assert share.DECODING.used("alice") == pytest.approx(5.0)


def test_only_so_many_clients_are_remembered(set_limits: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits("decode=6")
    monkeypatch.setattr(share, "MOST_CLIENTS", 3)
    for who in "abcde":
        share.DECODING.charge(who, 1.0)
    assert set(share.DECODING._used) == {"c", "d", "e"}


def test_jobs_at_once(set_limits: Configure) -> None:
    set_limits("jobs=1")
    share.check_jobs(0)
    with pytest.raises(OverLimit, match="You have 1 of 1 computations running"):
        share.check_jobs(1)
    with share.one_export():
        with pytest.raises(OverLimit, match="You have 1 of 1 exports running"), share.one_export():
            pass
        client.REQUEST.set("bob")
        with share.one_export():
            pass
    assert not share.EXPORTS._counts


async def echo(socket) -> None:
    await socket.accept()
    try:
        while True:
            seconds = float(await socket.receive_text())
            meter = METER.get()
            assert meter is not None
            meter(seconds)
            await socket.send_text("done")
    except WebSocketDisconnect:
        pass


async def answer(request) -> PlainTextResponse:
    if meter := METER.get():
        meter(float(request.query_params.get("seconds", 0)))
    return PlainTextResponse(client.REQUEST.get())


@pytest.fixture
def app() -> Starlette:
    routes = [
        WebSocketRoute("/b/live/run", echo), Route("/b/live/run/draw", answer), Route("/b/who", answer),
        Route("/b/map", lambda request: HTMLResponse("<p>")), Route("/b/_stcore/upload_file/x/y", answer, methods=["PUT"]),
    ]  # fmt: skip
    return Starlette(routes=routes, middleware=[Middleware(Guard, base="/b")])


def test_pages_bring_a_cookie_by_which_a_browser_is_known(app: Starlette, set_limits: Configure) -> None:
    set_limits("")
    one, two = TestClient(app), TestClient(app)
    assert one.get("/b/who").text == "address testclient"
    for browser in (one, two):
        given = browser.get("/b/map").headers["set-cookie"]
        assert "HttpOnly; SameSite=Lax" in given
        assert "set-cookie" not in browser.get("/b/map").headers
        assert given.split("=")[1].split(";")[0] not in browser.get("/b/who").text
    assert one.get("/b/who").text == one.get("/b/who").text != two.get("/b/who").text
    assert one.get("/b/who", headers={"cookie": "betascope_client=mine"}).text == "address testclient"
    assert "Secure" in TestClient(app, base_url="https://testserver").get("/b/map").headers["set-cookie"]


def test_in_personal_mode_nobody_is_counted(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(modes.VARIABLE, raising=False)
    assert "set-cookie" not in TestClient(app).get("/b/map").headers


def test_files_are_refused_in_an_exhibit(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "exhibit")
    answered = TestClient(app).put("/b/_stcore/upload_file/x/y", content=b"x")
    assert (answered.status_code, answered.text[:14]) == (403, "Uploading data")


def test_sockets_at_once_and_their_reason(app: Starlette, set_limits: Configure) -> None:
    set_limits("sockets=1")
    one, two = TestClient(app), TestClient(app)
    one.get("/b/map"), two.get("/b/map")
    with one.websocket_connect("/b/live/run") as first:
        with pytest.raises(WebSocketDisconnect) as closed, one.websocket_connect("/b/live/run") as second:
            second.receive_text()
        assert (closed.value.code, closed.value.reason) == (OVER, "You have 1 of 1 live pages open: close one.")
        with two.websocket_connect("/b/live/run") as other:
            other.send_text("0")
            assert other.receive_text() == "done"
        first.send_text("0")
        assert first.receive_text() == "done"
    with one.websocket_connect("/b/live/run") as again:
        again.send_text("0")
        assert again.receive_text() == "done"


def test_decoding_that_is_used_up_closes_a_socket_and_answers_429(app: Starlette, set_limits: Configure) -> None:
    set_limits("decode=3")
    one, two = TestClient(app), TestClient(app)
    one.get("/b/map"), two.get("/b/map")
    with one.websocket_connect("/b/live/run") as socket:
        socket.send_text("5")
        assert socket.receive_text() == "done"
        socket.send_text("5")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert (closed.value.code, closed.value.reason[:30]) == (OVER, "3 seconds of decoding within a"[:30])
    assert one.get("/b/live/run/draw").status_code == 429
    assert one.get("/b/who").status_code == 200
    assert two.get("/b/live/run/draw").status_code == 200


def test_what_is_denied_within_a_route_is_a_sentence(set_limits: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "exhibit")

    async def lead(socket) -> None:
        modes.require("lead")

    app = Starlette(routes=[WebSocketRoute("/lead", lead)], middleware=[Middleware(Guard, base="")])
    with pytest.raises(WebSocketDisconnect) as closed, TestClient(app).websocket_connect("/lead") as socket:
        socket.receive_text()
    assert (closed.value.code, closed.value.reason[:7]) == (DENIED, "Leading")


def test_the_app_sets_the_folders_that_paths_may_lead_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: vae_core.Store
) -> None:
    monkeypatch.setenv("VAE_STORE_DIR", str(store.root))
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(modes.VARIABLE, "class")
    monkeypatch.delenv(ROOTS, raising=False)
    roots = enforcement.default_roots()
    assert roots[:2] == [tmp_path / "data", store.root]
    assert Path.home() not in roots
    monkeypatch.setenv(modes.VARIABLE, "personal")
    assert enforcement.default_roots() == [*roots, Path.home()]
    monkeypatch.setenv(ROOTS, "/given")
    enforcement.prepare()
    import os

    assert os.environ[ROOTS] == "/given"


def test_a_meter_is_told_the_seconds_of_its_own_requests(run: vae_core.Run) -> None:
    import numpy as np

    from vae_core.serving import DECODE_SERVICE

    seconds: list[float] = []
    codes = np.zeros((1, run.config.model.latent_dim), np.float32)

    def metered() -> None:
        METER.set(seconds.append)
        DECODE_SERVICE.decode(run, codes).result()

    copy_context().run(metered)
    DECODE_SERVICE.decode(run, codes).result()
    assert len(seconds) == 1
    assert seconds[0] > 0


def test_an_owner_stays_behind_when_a_run_is_exported(run: vae_core.Run, tmp_path: Path) -> None:
    import shutil
    import zipfile

    from vae_core.runs import Run
    from vae_core.runs.archive import write_archive

    mine = Run.open(Path(shutil.copytree(run.path, tmp_path / "mine")))
    claim(mine.path)
    assert owner_of(mine.path) == "alice"
    write_archive(mine, tmp_path / "run.zip")
    assert not any("owner" in name for name in zipfile.ZipFile(tmp_path / "run.zip").namelist())
