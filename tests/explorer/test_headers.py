"""Security headers on every kind of answer."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket
from streamlit.runtime.secrets import secrets_singleton

from explorer.access.headers import FRAME_ANCESTORS, OTHERS, SecurityHeaders, frame_ancestors, policy
from explorer.shell import addresses
from explorer.watching.middleware import Watched
from vae_core.config import ConfigError

CSP = "content-security-policy"


async def fail(request: Request) -> Response:
    raise RuntimeError("a secret")


async def own(request: Request) -> Response:
    return PlainTextResponse("", headers={CSP: "default-src 'none'", "Set-Cookie": "_streamlit_user=x; HttpOnly"})


async def refuse(socket: WebSocket) -> None:
    await socket.close(1008)


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close(4404)


@pytest.fixture
def client() -> TestClient:
    frame_ancestors.cache_clear()
    app = Starlette(
        routes=[
            Route("/fail", fail),
            Route("/own", own),
            WebSocketRoute("/refuse", refuse),
            WebSocketRoute("/greet", greet),
        ],
        middleware=[Middleware(SecurityHeaders, html=addresses.html()), Middleware(Watched)],
    )
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/gone", "/own", "/fail"])
def test_every_answer_has_them(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (
        OTHERS.items() <= {name.title().replace("Csp", "CSP"): value for name, value in answer.headers.items()}.items()
    )
    assert "secret" not in answer.text


def test_a_refused_socket_has_them(client: TestClient) -> None:
    with pytest.raises(WebSocketDenialResponse) as raised, client.websocket_connect("/refuse"):
        pass
    assert raised.value.status_code == 403
    assert raised.value.headers["x-content-type-options"] == "nosniff"
    with client.websocket_connect("/greet") as socket:
        assert socket.receive_text() == "hello"


def test_a_page_may_have_a_policy_of_its_own(client: TestClient) -> None:
    assert client.get("/own").headers[CSP] == "default-src 'none'"


def test_scripts_come_from_here_or_are_known_by_their_hash(client: TestClient) -> None:
    directives = dict(part.split(" ", 1) for part in client.get("/gone").headers[CSP].split("; "))
    sources = directives["script-src"].split()
    assert [source for source in sources if not source.startswith("'sha256-")] == [
        "'self'",
        "'wasm-unsafe-eval'",
        "blob:",
    ]
    assert len(sources) == 5, "our inline script and Streamlit's"
    assert "http" not in client.get("/gone").headers[CSP]


def test_the_hash_is_that_of_the_script() -> None:
    # The example of https://www.w3.org/TR/CSP3/ (section on hashes).
    html = '<script src="x.js"></script><script type="application/json">{}</script><script>alert(\'Hello, world.\');</script>'
    assert "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='" in policy(html)
    assert policy(html).count("sha256-") == 1


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", "'self'"),
        (
            "https://moodle.example.edu http://*.example.org:8080",
            "'self' https://moodle.example.edu http://*.example.org:8080",
        ),
    ],
)
def test_who_may_embed(monkeypatch: pytest.MonkeyPatch, value: str, wanted: str) -> None:
    monkeypatch.setenv(FRAME_ANCESTORS, value)
    frame_ancestors.cache_clear()
    assert policy("").endswith(f"frame-ancestors {wanted}")
    frame_ancestors.cache_clear()


@pytest.mark.parametrize(
    "value", ["*", "moodle.example.edu", "https://a;script-src *", "https://a/path", "https://a, https://b"]
)
def test_what_is_no_site_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(FRAME_ANCESTORS, value)
    frame_ancestors.cache_clear()
    with pytest.raises(ConfigError, match="is no site"):
        policy("")
    frame_ancestors.cache_clear()


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookies_of_sign_in_by_https_stay_there(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, scheme: str, secure: bool
) -> None:
    monkeypatch.setattr(secrets_singleton, "_secrets", {"auth": {"redirect_uri": f"{scheme}://x.org/oauth2callback"}})
    assert client.get("/own").headers["set-cookie"].endswith("; Secure") == secure
