"""Ids, lines of the log and metrics of requests and sockets."""

from __future__ import annotations

import logging
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.testing.v1 import AppTest

import vae_core
from explorer.access import client
from explorer.jobs import commands
from explorer.live import metrics
from explorer.live.routes import routes
from explorer.shell import errors
from explorer.watching.ids import HEADER
from explorer.watching.middleware import Watched
from tests.waiting import soon
from vae_core import logs
from vae_core.runs import Run
from vae_core.serving import DECODE_SERVICE

from .conftest import texts

PRIVATE = "a-name"
#: The fixtures put a job that never ends in its place.
START = commands._start
MADE = re.compile(r"[0-9a-f]{12}")


async def broken(request: Request) -> Response:
    raise KeyError("what a user must not see")


async def broken_socket(socket: WebSocket) -> None:
    await socket.accept()
    raise KeyError("what a user must not see")


async def left(request: Request) -> Response:
    raise ClientDisconnect


@pytest.fixture
def watched(put: Callable[..., Path]) -> Iterator[TestClient]:
    """The app's own routes and two that fail, with the run "one"."""
    put("one")
    more = [Route("/broken/{name}", broken), WebSocketRoute("/broken/{name}", broken_socket), Route("/left", left)]
    with TestClient(Starlette(routes=[*routes(), *more], middleware=[Middleware(Watched)])) as found:
        yield found


def scraped(client: TestClient) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → values of labels → value."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for sample in (sample for family in families for sample in family.samples):
        found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.mark.parametrize(
    ("sent", "accepted"),
    [("0af7651916cd43dd8448eb211c80319c", True), ("", False), ("x" * 65, False), ('a" b', False), ("é", False)],
)
def test_a_request_s_own_id_is_used_if_it_is_safe(watched: TestClient, sent: str, accepted: bool):
    answer = watched.get("/healthz", headers={HEADER: sent.encode()})
    number = answer.headers.get_list(HEADER)
    assert number == [sent] if accepted else MADE.fullmatch(*number)


def test_a_line_names_route_status_and_time_but_nothing_private(watched: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "betascope")
    watched.get(f"/live/{PRIVATE}/draw?name={PRIVATE}", headers={"Cookie": PRIVATE})
    (record,) = (record for record in caplog.records if record.name == "betascope.requests")
    assert (record.route, record.status) == ("/live/{run:path}/draw", 404)
    assert record.ms > 0
    assert record.getMessage().startswith("GET /live/{run:path}/draw: 404 in ")
    assert PRIVATE not in str(vars(record))


def test_a_line_names_the_owner_of_what_a_browser_makes(watched: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "betascope")
    cookie = client.new_cookie()
    watched.get("/live/one/draw", headers={"Cookie": f"{client.COOKIE}={cookie}"})
    (record,) = (record for record in caplog.records if record.name == "betascope.requests")
    assert record.user == client.of_cookie(cookie)
    assert cookie not in str(vars(record))


def test_probes_that_go_well_are_no_lines(watched: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "betascope")
    watched.get("/healthz")
    assert not caplog.records


def test_an_unexpected_error_is_one_sentence_whose_id_is_in_the_log(
    watched: TestClient, caplog: pytest.LogCaptureFixture
):
    answer = watched.get(f"/broken/{PRIVATE}", headers={HEADER: "mine"})
    assert (answer.status_code, answer.headers[HEADER]) == (500, "mine")
    assert answer.text == "Something went wrong in the server; its log has the details under mine."
    (record,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert record.getMessage() == "GET /broken/{name} failed"
    assert record.exc_info


def test_a_socket_that_fails_is_closed(watched: TestClient, caplog: pytest.LogCaptureFixture):
    with watched.websocket_connect("/broken/socket") as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == 1011
    assert "Socket /broken/{name} failed" in caplog.text


def test_a_client_that_leaves_is_no_error(watched: TestClient, caplog: pytest.LogCaptureFixture):
    with pytest.raises(AssertionError):  # the test's client was not answered
        watched.get("/left")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_metrics_are_off_unless_asked_for(watched: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("BETASCOPE_METRICS", raising=False)
    answer = watched.get("/metrics")
    assert answer.status_code == 404
    assert "BETASCOPE_METRICS=on" in answer.text
    assert "betascope_sessions" not in answer.text


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETASCOPE_METRICS", "on")


def test_requests_are_counted_by_route_and_status(watched: TestClient, on: None):
    before = scraped(watched)["betascope_requests_total"]
    for path in ("/healthz", "/nowhere", "/broken/x", "/broken/y"):
        watched.get(path)
    after = scraped(watched)["betascope_requests_total"]
    for labels, count in ((("/healthz", "200"), 1), (("other", "404"), 1), (("/broken/{name}", "500"), 2)):
        assert after[labels] - before.get(labels, 0) == count


def test_sockets_are_counted_while_they_are_open(watched: TestClient, on: None):
    def follow() -> float:
        return scraped(watched).get("betascope_sockets", {}).get(("follow",), 0)

    before = follow()
    with watched.websocket_connect("/follow", headers={"Origin": "http://testserver"}) as socket:
        assert MADE.fullmatch(dict(socket.extra_headers)[HEADER.lower().encode()].decode())
        assert follow() == before + 1
    soon(lambda: follow() == before)
    with pytest.raises(WebSocketDisconnect), watched.websocket_connect("/follow", headers={"Origin": "http://other"}):
        pass
    assert scraped(watched)["betascope_requests_total"][("/follow", "403")] >= 1


def test_runs_memory_decoding_and_versions(
    watched: TestClient, put: Callable[..., Path], on: None, monkeypatch: pytest.MonkeyPatch
):
    put("two", state="queued")
    (put("three") / "config.json").write_text("{")
    monkeypatch.setattr(DECODE_SERVICE, "observe", metrics.DECODING.observe)
    before = scraped(watched)
    assert watched.get("/live/one/draw").status_code == 200
    after = scraped(watched)
    assert after["betascope_runs"] == dict.fromkeys(
        [("queued",), ("done",), ("broken",)], 1.0
    ) | dict.fromkeys([("running",), ("paused",), ("failed",), ("cancelled",)], 0.0)  # fmt: skip
    assert after["betascope_memory_bytes"][("server",)] > 50e6
    assert ("children",) in after["betascope_memory_bytes"]
    assert after["betascope_decode_queue_length"] == {(): 0.0}
    assert vae_core.__version__ in next(iter(after["betascope_build_info"]))
    count = before["betascope_decode_seconds_count"][()] + 1
    soon(lambda: scraped(watched)["betascope_decode_seconds_count"][()] == count)  # after the answer has gone
    assert scraped(watched)["betascope_decode_seconds_sum"][()] > before["betascope_decode_seconds_sum"][()]


def test_the_sentence_of_a_page_names_the_id(app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise KeyError("what a user must not see")

    monkeypatch.setattr("explorer.shell.sidebar.status", fail)
    monkeypatch.setattr(errors, "request_id", lambda: "abc")
    sentence = texts(app("home").error)
    assert "the server's log has the details under abc." in sentence
    assert "must not see" not in sentence


def test_a_command_that_fails_is_a_line_with_the_id_of_its_request(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    failing = [sys.executable, "-c", "import sys; sys.exit('the reason')"]
    monkeypatch.setattr(commands, "command_line", lambda run, command: failing)
    monkeypatch.setattr(commands, "request_id", lambda: "abc")
    ids: list[str] = []
    monkeypatch.setattr(commands.LOG, "warning", lambda *line: ids.append(logs.request_id() + " " + line[0] % line[1:]))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    job = START(run, ["export", run.id])
    soon(lambda: ids)
    assert job.failure() == "the reason"
    assert list(temporary.iterdir()) == [], "a server that runs for months leaves nothing behind"
    assert ids == ["abc The command export ended with code 1: the reason"]
