"""The id of a request or socket: it joins what a user was shown, the response's header, and the lines of the log."""

from __future__ import annotations

import hashlib
import re
import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

HEADER = "X-Request-ID"
#: What a proxy may send, so that its log and ours have the same ids: nothing that could break a line or fake another field.
SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Users are named by a hash with this key, another one at each start: lines of one user can be told apart, not traced to a name.
KEY = secrets.token_bytes(16)


def chosen(received: str) -> str:
    """The id that came with a request if it has a safe form, else a new one of 12 hexadecimal digits."""
    return received if SAFE.fullmatch(received) else secrets.token_hex(6)


def session() -> dict[str, str]:
    """In a page's script: request_id, and user (8 hexadecimal digits) of who has signed in; else empty.

    A script runs in a thread of its own, where no context variable of its socket is known.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return {}
    found = {}
    if number := st.context.headers.get(HEADER):
        found["request_id"] = number
    if name := st.user.get("sub") or st.user.get("email"):
        found["user"] = hashlib.blake2b(str(name).encode(), key=KEY, digest_size=4).hexdigest()
    return found
