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

#: What only the app knows of the thread that asks: request_id and user of a page's session, which has no context variables.
Session = Callable[[], dict[str, str]]
_session: Session = dict


def request_id() -> str:
    """The id of what is being answered, in a page's script that of its session; "" outside of both."""
    return REQUEST_ID.get() or _session().get("request_id", "")


class TextFormatter(logging.Formatter):
    """For people: a line ends with the id of its request."""

    default_msec_format = "%s.%03d"

    def formatMessage(self, record: logging.LogRecord) -> str:
        number = request_id()
        return super().formatMessage(record) + (f" [{number}]" if number else "")


class JsonFormatter(logging.Formatter):
    """For programs: one object a line, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_session(),
        }
        if number := REQUEST_ID.get():
            line["request_id"] = number
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(text: str = TEXT, session: Session = dict) -> None:
    """Send all lines to stderr, in the form of `BETASCOPE_LOG`: "text" (default; warnings and errors) or "json" (requests, too).

    text: the form of a line that is not JSON. session: called for each line, in the thread that writes it.
    """
    global _session
    _session = session
    form = os.environ.get("BETASCOPE_LOG") or "text"
    as_json = form == "json"
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter(text))
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
