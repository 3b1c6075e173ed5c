"""Logs of the app and its commands: one handler, one formatter, on stderr. `BETASCOPE_LOG=json` gives one JSON object a line.

Lines hold no personal data: no address of a client, no query, no cookie, no name.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

FORMS = ("text", "json")
TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
#: What a line of a request has beyond its message: `LOG.info("…", extra={"route": …})`.
FIELDS = ("route", "status", "ms", "user")
#: The request or socket that is being answered; "" outside of one.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
LOG = logging.getLogger("betascope")

#: Gives more fields to each line, from what only the app knows: a session of Streamlit's has no context variable.
Details = Callable[[], dict[str, str]]


class _Formatter(logging.Formatter):
    """details: called for each line, in the thread that wrote it."""

    def __init__(self, text: str = TEXT, details: Details = dict) -> None:
        super().__init__(text)
        self.default_msec_format = "%s.%03d"
        self.details = details

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """request_id where there is one, then the fields of the record that are known."""
        found: dict[str, object] = {}
        if number := REQUEST_ID.get():
            found["request_id"] = number
        found |= self.details()
        return found | {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}


class TextFormatter(_Formatter):
    """For people: a line ends with the id of its request."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        number = self.fields(record).get("request_id")
        return super().formatMessage(record) + (f" [{number}]" if number else "")


class JsonFormatter(_Formatter):
    """For programs: one object a line, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(text: str = TEXT, details: Details = dict) -> None:
    """Send all lines to stderr, in the form of `BETASCOPE_LOG`: "text" (default; warnings and errors) or "json" (requests, too).

    text: the form of a line that is not JSON.
    """
    form = os.environ.get("BETASCOPE_LOG") or "text"
    as_json = form == "json"
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(details=details) if as_json else TextFormatter(text, details))
    logging.root.handlers = [handler]
    LOG.setLevel(logging.INFO if as_json else logging.WARNING)
    if as_json:  # what Python itself would print over many lines
        logging.captureWarnings(True)
        sys.excepthook = lambda kind, error, trace: LOG.critical("Uncaught error", exc_info=(kind, error, trace))
        threading.excepthook = _uncaught_in_thread
    if form not in FORMS:
        LOG.warning("BETASCOPE_LOG is %r, which must be %s; lines are text.", form, " or ".join(FORMS))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        name = found.thread.name if found.thread else "that has ended"
        LOG.error("Uncaught error in the thread %s", name, exc_info=found.exc_value)
