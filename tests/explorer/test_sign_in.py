"""Who is signed in, and that nothing is served to anyone else."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from explorer.access import client, identity
from explorer.access.gate import OPEN_SHOW, SENTENCE, SIGNED_OUT, Gate
from explorer.live.routes import routes
from explorer.navigation import ENTRIES
from explorer.shell import addresses

Open = Callable[..., AppTest]
SECRET = "0123456789abcdef" * 4
CAMPUS = {"client_id": "a", "client_secret": "b", "server_metadata_url": "https://id.example.org/x"}
AUTH = {"redirect_uri": "http://testserver/oauth2callback", "cookie_secret": SECRET, "campus": CAMPUS}
ADA = {"is_logged_in": True, "origin": "http://testserver", "iss": "https://id.example.org", "sub": "7", "name": "Ada"}
COOKIE = "_streamlit_user"
#: What holds nothing of a run: Streamlit's empty frame at the addresses of pages, and files of the program.
OPEN = {"/", "/healthz", "/metrics", "/runtime/v/file", "/modules/v/file", *(f"/{name}" for name in ENTRIES)}
PARAMETERS = {"run": "one", "version": "v", "name": "file"}


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The section `[auth]` of the secrets during this test."""
    section: dict[str, object] = dict(AUTH)
    monkeypatch.setattr(secrets_singleton, "_secrets", {"auth": section})
    return section


def cookie(claims: object, secret: str = SECRET, name: str = COOKIE) -> dict[str, str]:
    return {"cookie": f"{COOKIE}={create_signed_value(secret, name, json.dumps(claims)).decode()}"}


def guarded(*found: BaseRoute) -> TestClient:
    return TestClient(Starlette(routes=found, middleware=[Middleware(Gate, base="", pages=list(ENTRIES))]))


def address(route: BaseRoute) -> str:
    assert isinstance(route, Route | WebSocketRoute)
    return re.sub(r"\{(\w+)(:path)?\}", lambda match: PARAMETERS[match[1]], route.path)


def close_code(client: TestClient, path: str) -> int:
    with client.websocket_connect(path) as socket:
        with pytest.raises(WebSocketDisconnect) as raised:
            socket.receive_text()
        return raised.value.code


@pytest.mark.usefixtures("auth")
def test_every_route_of_ours_demands_sign_in_unless_it_is_listed() -> None:
    """All routes there are: one that is forgotten is closed."""
    found = [*addresses.routes(), *routes()]
    client = guarded(*found)
    refused = []
    for route in found:
        path = address(route)
        if path in OPEN:
            continue
        refused.append(path)
        if isinstance(route, WebSocketRoute):
            assert close_code(client, path) == SIGNED_OUT, path
        else:
            (method, *_) = route.methods or {"GET"}
            answer = client.request(method, path)
            assert (answer.status_code, answer.text) == (401, SENTENCE if method != "HEAD" else ""), path
    assert len(refused) >= 12
    assert {"/live/one", "/show/one", "/live/one/encode"} <= set(refused)


@pytest.mark.usefixtures("auth")
@pytest.mark.parametrize("path", ["/media/x.png", "/_stcore/upload_file/a/b", "/new", "/x//healthz", "/show"])
def test_what_nobody_thought_of_is_closed(path: str) -> None:
    assert guarded().get(path).status_code == 401
    assert guarded().post(path).status_code == 401


@pytest.mark.usefixtures("auth")
@pytest.mark.parametrize(
    "path", ["/", "/map", "/healthz", "/static/js/x.js", "/auth/login", "/oauth2callback", "/modules/v/x.js"]
)
def test_what_the_sign_in_page_is_made_of_is_open(path: str) -> None:
    assert guarded().get(path).status_code == 404  # no such route in this app: the gate let it through


@pytest.mark.usefixtures("auth")
def test_a_hall_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPEN_SHOW, "1")
    client = guarded()
    assert client.get("/show/one").status_code == 404
    assert client.get("/live/one/images").status_code == 401


@pytest.mark.usefixtures("auth")
def test_the_cookie_of_the_sign_in_opens_everything() -> None:
    client = guarded()
    assert client.get("/live/one/draw", headers=cookie(ADA)).status_code == 404
    assert identity.user_of(cookie(ADA)) == "https://id.example.org#7"
    assert identity.user_of(cookie({**ADA, "iss": None, "email": "ada@example.org"})) == "ada@example.org"


@pytest.mark.usefixtures("auth")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": f"{COOKIE}="},
        {"cookie": f"{COOKIE}=é{json.dumps(ADA)}"},
        cookie(ADA, secret="f" * 64),
        cookie(ADA, name="_streamlit_user_tokens"),
        cookie({**ADA, "is_logged_in": False}),
        cookie({**ADA, "is_logged_in": "yes"}),
        cookie({**ADA, "origin": "http://elsewhere"}),
        cookie({key: ADA[key] for key in ("is_logged_in", "origin", "name")}),
    ],
)
def test_any_other_cookie_is_refused(headers: dict[str, str]) -> None:
    assert identity.user_of(headers) is None


@pytest.mark.usefixtures("auth")
def test_a_cookie_that_was_changed_or_has_expired_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = cookie(ADA)["cookie"]
    payload, stamp, signature = good.rsplit(".", 2)
    for forged in (
        f"{payload}A.{stamp}.{signature}",
        f"{payload}.B{stamp[1:]}.{signature}",
        f"{payload}.{stamp}.{signature[::-1]}",
    ):
        assert identity.user_of({"cookie": forged}) is None
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now - 32 * 24 * 3600)
    old = cookie(ADA)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now)
    assert identity.user_of(old) is None
    assert identity.user_of({"cookie": good}) is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cookie_secret": "short"}, "32 random characters"),
        ({"redirect_uri": "http://testserver/"}, "/oauth2callback"),
        ({"campus": {"client_id": "a"}}, "client_secret"),
        ({"campus": "text"}, "no provider"),
        ({"my_campus": CAMPUS}, "underscore"),
    ],
)
def test_a_sign_in_that_is_set_up_wrongly_lets_nobody_in(
    auth: dict[str, object], changes: dict[str, object], words: str
) -> None:
    auth.update(changes)
    assert words in identity.problem()
    assert identity.configured()
    assert guarded().get("/live/one/draw").status_code == 401
    if "cookie_secret" in changes:
        assert identity.user_of(cookie(ADA, secret="short")) is None


def test_the_page_says_why_nobody_can_sign_in(auth: dict[str, object], app: Open) -> None:
    auth["cookie_secret"] = "short"
    at = app()
    assert "32 random characters" in at.error[0].value
    assert not at.button


def test_an_empty_section_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_singleton, "_secrets", {"auth": {}})
    assert "redirect_uri" in identity.problem()
    assert guarded().get("/live/one/draw", headers=cookie(ADA)).status_code == 401


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("[auth\n")
    known = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: [str(file)] if name == "secrets.files" else known(name))
    monkeypatch.setattr(secrets_singleton, "_secrets", None)
    assert identity.configured()
    assert "cannot be read" in identity.problem()
    assert guarded().get("/live/one/draw", headers=cookie(ADA)).status_code == 401


def test_without_sign_in_everything_is_open(app: Open) -> None:
    assert not identity.configured()
    assert identity.user_of(cookie(ADA)) is None
    assert guarded().get("/live/one/draw").status_code == 404
    assert "frame.sign-out" not in [button.key for button in app().button]


@pytest.mark.usefixtures("auth")
def test_a_page_shows_nothing_before_sign_in(app: Open) -> None:
    at = app(run="one")
    assert [button.label for button in at.button] == ["Sign in with Campus"]
    assert not at.sidebar.children


@pytest.mark.usefixtures("auth")
def test_the_sidebar_says_who_is_signed_in(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.user_info.UserInfoProxy.to_dict", lambda self: ADA)
    at = app()
    assert identity.current_user() == "https://id.example.org#7"
    assert "Ada" in [text.value for text in at.sidebar.text]
    assert "Sign out" in [button.label for button in at.sidebar.button]


@pytest.mark.usefixtures("auth")
def test_providers_have_a_button_each(auth: dict[str, object]) -> None:
    auth.update({"client_id": "x", "eduGAIN": CAMPUS})
    assert identity.providers() == {
        "default": "Sign in",
        "campus": "Sign in with Campus",
        "eduGAIN": "Sign in with eduGAIN",
    }


@pytest.mark.usefixtures("auth")
def test_a_user_is_one_client_in_every_browser(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and limits belong to the person, not to the browser."""
    known = client.of_headers(cookie(ADA))
    assert known == client.of_headers({"cookie": f"{cookie(ADA)['cookie']}; {client.COOKIE}={client.new_cookie()}"})
    assert known not in ("", client.of_headers(cookie({**ADA, "sub": "8"})))
    seen = []
    monkeypatch.setattr("streamlit.user_info.UserInfoProxy.to_dict", lambda self: ADA)
    monkeypatch.setattr("explorer.shell.sidebar.status", lambda: seen.append(client.current()))
    app()
    assert seen == [known]
