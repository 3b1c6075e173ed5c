"""One line of the log for people, or one JSON object for programs."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from vae_core import logs

Read = Callable[[], list[str]]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Read]]:
    """`set_up("json")` sets up the log as a process does at its start, and returns what reads its lines."""
    before = logging.root.handlers, logs.LOG.level, sys.excepthook, threading.excepthook

    def start(form: str | None, **settings: object) -> Read:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.delenv("BETASCOPE_LOG", raising=False)
        if form:
            monkeypatch.setenv("BETASCOPE_LOG", form)
        logs.set_up(**settings)  # type: ignore[arg-type]
        return lambda: stream.getvalue().splitlines()

    yield start
    logging.captureWarnings(False)
    logs.set_up()
    logging.root.handlers, level, sys.excepthook, threading.excepthook = before
    logs.LOG.setLevel(level)


@pytest.fixture
def request_id() -> Iterator[str]:
    token = logs.REQUEST_ID.set("abc")
    yield "abc"
    logs.REQUEST_ID.reset(token)


def test_text_has_warnings_alone_and_ends_with_the_id(set_up, request_id):
    lines = set_up(None)
    logs.LOG.info("nobody reads this")
    logs.LOG.warning("two %s", "words")
    (line,) = lines()
    assert line.endswith("WARNING betascope: two words [abc]")


def test_a_line_of_json_has_the_fields_of_its_request(set_up, request_id):
    lines = set_up("json")
    logs.LOG.info("GET: %d", 200, extra={"route": "/live", "status": 200, "ms": 1.5, "secret": "no"})
    (line,) = map(json.loads, lines())
    assert line.pop("time").endswith("+00:00")
    expected = {"level": "info", "logger": "betascope", "message": "GET: 200", "request_id": "abc"}
    assert line == expected | {"route": "/live", "status": 200, "ms": 1.5}


def test_whatever_a_message_or_an_error_holds_is_one_line(set_up):
    lines = set_up("json")
    try:
        raise ValueError('two\nlines and "quotes"')
    except ValueError:
        logs.LOG.exception("first\nsecond")
    (line,) = map(json.loads, lines())
    assert line["message"] == "first\nsecond"
    assert line["exception"].endswith('ValueError: two\nlines and "quotes"')
    assert "request_id" not in line


def test_a_session_gives_its_id_and_user_where_no_request_is_known(set_up):
    lines = set_up("json", session=lambda: {"request_id": "session", "user": "0a1b"})
    assert logs.request_id() == "session"
    logs.LOG.info("")
    (line,) = map(json.loads, lines())
    assert (line["request_id"], line["user"]) == ("session", "0a1b")


def test_an_error_that_ends_a_thread_is_a_line(set_up):
    lines = set_up("json")
    thread = threading.Thread(target=lambda: 1 / 0, name="maps")
    thread.start()
    thread.join()
    (line,) = map(json.loads, lines())
    assert line["message"] == "Uncaught error in the thread maps"
    assert "ZeroDivisionError" in line["exception"]


def test_a_form_that_does_not_exist_is_named_and_text_is_used(set_up):
    lines = set_up("xml")
    (line,) = lines()
    assert "BETASCOPE_LOG is 'xml', which must be text or json; lines are text." in line
