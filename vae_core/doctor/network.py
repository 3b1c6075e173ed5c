"""The port of the app, and the way to the internet."""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
import urllib.error
import urllib.request

from ..places import INSTALLED
from .finding import Finding, Place, ok, problem

#: From where most public data sets are downloaded.
HOST = "https://ossci-datasets.s3.amazonaws.com"
ELSEWHERE = f"Start on another one: {'betascope --port 8502' if INSTALLED else 'make app PORT=8502'}."
#: Seconds for an answer.
PATIENCE = 3.0


def port(place: Place) -> Finding:
    """Whether the app can listen there."""
    if _answers(place.port):
        version = _betascope(place.port)
        if version:
            return ok(f"{place.port}: Betascope {version} is running there")
        return problem(f"{place.port} is used by another program", ELSEWHERE)
    try:
        with socket.socket() as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as servers do, else the last one's sockets count
            probe.bind(("127.0.0.1", place.port))
    except (OSError, OverflowError) as error:
        return problem(f"{place.port} cannot be used ({error})", ELSEWHERE)
    return ok(f"{place.port} is free")


def _answers(number: int) -> bool:
    try:
        with socket.create_connection(("localhost", number), PATIENCE):
            return True
    except (OSError, OverflowError):
        return False


def _betascope(number: int) -> str:
    """The version of the Betascope that listens there; "" if it is something else."""
    connection = http.client.HTTPConnection("localhost", number, timeout=PATIENCE)
    try:
        prefix = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
        connection.request("GET", f"/{prefix}/healthz" if prefix else "/healthz")
        return str(json.loads(connection.getresponse().read(1000))["version"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return ""
    finally:
        connection.close()


def online(place: Place) -> Finding:
    """Being offline is fine: everything but downloads works."""
    answers: list[bool] = []
    # In a thread that nobody waits for: looking up a name has no time limit of its own.
    thread = threading.Thread(target=lambda: answers.append(_reached(HOST)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return ok("online" if any(answers) else "offline; only downloads of data sets and runs need it")


def _reached(address: str) -> bool:
    try:
        question = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(question, timeout=PATIENCE):  # nosec B310  # a constant
            return True
    except urllib.error.HTTPError:
        return True  # an answer is an answer
    except OSError:
        return False
