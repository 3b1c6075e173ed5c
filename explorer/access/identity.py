"""Who is signed in: the cookie that Streamlit's sign-in sets, verified as Streamlit verifies it for its own socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import cookie_parser
from streamlit import auth_util, config
from streamlit.errors import StreamlitAuthError
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

#: Characters of a cookie secret, at least: who guesses it signs in as anyone.
SHORTEST_SECRET = 32
#: Claims that name a person on the screen, the first that there is.
NAMES = ("name", "preferred_username", "email", "sub")


def configured() -> bool:
    """Whether people must sign in: the secrets have a section `[auth]`, even an empty one, or cannot be read, so that nobody knows."""
    return "auth" in secrets_singleton if secrets_singleton.load_if_toml_exists() else _files_exist()


def _files_exist() -> bool:
    return any(Path(path).exists() for path in config.get_option("secrets.files"))


def providers() -> dict[str, str]:
    """Names of the providers in `[auth]`, as `st.login` takes them, and the words of their buttons."""
    section = auth_util.get_secrets_auth_section().to_dict()
    named = [name for name, value in section.items() if isinstance(value, dict) and "client_id" in value]
    words = {name: f"Sign in with {name if name != name.lower() else name.capitalize()}" for name in named}
    return ({"default": "Sign in"} if "client_id" in section else {}) | words


def problem() -> str:
    """Why nobody can sign in although sign-in is set up, as one sentence without any secret; "" where all is well."""
    if not secrets_singleton.load_if_toml_exists() and _files_exist():
        return "The file of secrets cannot be read, so it is not known who may sign in: mend .streamlit/secrets.toml."
    if not auth_util.is_authlib_installed():
        return "Sign-in needs Authlib: pip install -r requirements-sign-in.txt"
    if not str(auth_util.get_secrets_auth_section().get("redirect_uri", "")).endswith("/oauth2callback"):
        return "[auth] in secrets.toml: redirect_uri must be the app's address and then /oauth2callback."
    if len(get_cookie_secret()) < SHORTEST_SECRET:
        return f"[auth] in secrets.toml: cookie_secret must have {SHORTEST_SECRET} random characters or more."
    if not providers():
        return "[auth] in secrets.toml names no provider: add client_id, client_secret and server_metadata_url."
    try:
        for name in providers():
            auth_util.validate_auth_credentials(name)
    except StreamlitAuthError as error:
        return " ".join(str(error).split())
    return ""


def user_of(headers: Mapping[str, str]) -> str | None:
    """The stable id of the person whose cookie a request brings; None without a valid one, or where nobody signs in.

    Signature, age (31 days at most) and the address that the cookie was made for must all be right.
    """
    secret = get_cookie_secret()
    if not configured() or len(secret) < SHORTEST_SECRET:
        return None
    cookies = cookie_parser(headers.get("cookie", ""))

    def signed(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, "").encode("latin-1", "replace"))

    content = auth_util.get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    claims = json.loads(content) if content else {}
    if claims.get("origin") != auth_util.get_origin_from_redirect_uri():
        return None
    return id_of(claims)


def current_user() -> str | None:
    """The same inside a page's script, for the person of this session."""
    return id_of(st.user.to_dict()) if configured() else None


def display_name() -> str:
    """What to call the person of this session."""
    claims = st.user.to_dict()
    return next((str(claims[name]) for name in NAMES if claims.get(name)), "")


def id_of(claims: Mapping[str, Any]) -> str | None:
    """Issuer and subject, which no provider gives to two people, else the e-mail address; None for who is not signed in."""
    if claims.get("is_logged_in") is not True:
        return None
    if claims.get("iss") and claims.get("sub"):
        return f"{claims['iss']}#{claims['sub']}"
    return str(claims["email"]) if claims.get("email") else None
