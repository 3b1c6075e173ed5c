"""Who is there: the signed-in user, else the browser by a random cookie, which it gets with its first page."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from . import identity

COOKIE = "betascope_client"
#: What `new_cookie` makes.
VALID = re.compile(r"[A-Za-z0-9_-]{32}")
#: The client of the request that is answered; pages find theirs in their session.
REQUEST: ContextVar[str] = ContextVar("client", default="")
#: Without a browser: scripts and tests.
NOBODY = "nobody"


def current() -> str:
    """Whose request or page this is, as a short hash: it is written beside what they make, and is no secret."""
    if client := REQUEST.get():
        return client
    if get_script_run_ctx(suppress_warning=True) is None:  # else each request of our own routes is a warning in the log
        return NOBODY
    if user := identity.current_user():
        return of_user(user)
    value = st.context.cookies.get(COOKIE)
    return (of_cookie(value) if isinstance(value, str) else "") or NOBODY


def of_headers(headers: Mapping[str, str]) -> str:
    """The client that sent a request; "" for one without a cookie of sign-in or of ours."""
    if user := identity.user_of(headers):
        return of_user(user)
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return of_cookie(cookies[COOKIE].value) if COOKIE in cookies else ""


def of_user(user: str) -> str:
    """The hash of a signed-in user's id, the same in every browser."""
    return hashlib.blake2b(f"user {user}".encode(), digest_size=8).hexdigest()


def of_cookie(value: str) -> str:
    """The hash of a valid cookie, else ""."""
    return hashlib.blake2b(value.encode(), digest_size=8).hexdigest() if VALID.fullmatch(value) else ""


def new_cookie() -> str:
    """192 random bits."""
    return secrets.token_urlsafe(24)
