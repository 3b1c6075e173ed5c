"""The id of a request or socket: it joins what a user was shown, the response's header, and the lines of the log."""

from __future__ import annotations

import re
import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ..access import client

HEADER = "X-Request-ID"
#: What a proxy may send, so that its log and ours have the same ids: nothing that could break a line or fake another field.
SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def chosen(received: str) -> str:
    """The id that came with a request if it has a safe form, else a new one of 12 hexadecimal digits."""
    return received if SAFE.fullmatch(received) else secrets.token_hex(6)


def session() -> dict[str, str]:
    """In a page's script: request_id, and user, the client that owns what this page makes; else empty.

    A script runs in a thread of its own, where no context variable of its socket is known.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return {}
    found = {}
    if number := st.context.headers.get(HEADER):
        found["request_id"] = number
    if (user := client.current()) != client.NOBODY:
        found["user"] = user
    return found
