"""Sign-in with a provider of its own, in a real browser: nothing before it, everything after it, nothing after signing out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

import vae_core
from explorer.access.gate import SENTENCE, SIGNED_OUT
from tests.oidc_provider import running_provider, secrets_for

from .conftest import is_problem, profile, settle
from .looking import assert_shows, drag, ready
from .serving import App, running_app

COOKIE = "_streamlit_user"
#: What a page of the app may not reach without the cookie.
ADDRESSES = ("live/plane-1/draw", "live/plane-1/decoder", "live/plane-1/images?rows=1", "show/plane-1", "media/x.png")
SOCKETS = ("live/plane-1", "repair/plane-1", "follow", "lead")
FETCH = "address => fetch(address).then(async answer => [answer.status, await answer.text()])"
CLOSED = """address => new Promise(done => {
  const socket = new WebSocket(new URL(address, location.origin).href.replace("http", "ws"));
  socket.onmessage = () => { done("open"); socket.close(); };
  socket.onclose = ({ code, reason }) => done([code, reason]);
})"""


@pytest.fixture(scope="module")
def secret() -> str:
    return secrets.token_hex(32)


@pytest.fixture(scope="module")
def guarded(store: vae_core.Store, secret: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that people sign in to."""
    folder = tmp_path_factory.mktemp("guarded")
    with running_provider() as provider:
        (folder / "secrets.toml").write_text(secrets_for(provider, secret))
        with running_app(store.root, folder / "log.txt", "--secrets.files", str(folder / "secrets.toml")) as app:
            yield app
    assert "Traceback" not in (folder / "log.txt").read_text()


@pytest.fixture
def page(browser: Browser, guarded: App) -> Iterator[Page]:
    """A page in a fresh profile that fails on console errors."""
    context, problems = profile(browser), []
    found = context.new_page()
    found.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
    found.on("pageerror", lambda error: problems.append(str(error)))
    yield found
    context.close()
    assert not problems, problems


def assert_nothing_is_served(page: Page) -> None:
    for address in ADDRESSES:
        assert page.evaluate(FETCH, f"/{address}") == [401, SENTENCE], address
    for address in SOCKETS:
        assert page.evaluate(CLOSED, f"/{address}") == [SIGNED_OUT, SENTENCE], address
    assert page.evaluate(FETCH, "/healthz")[0] == 200


def test_from_the_sign_in_page_to_a_slider_and_out_again(page: Page, guarded: App, store: vae_core.Store) -> None:
    page.goto(f"{guarded.address}/traverse?run=plane-1")
    button = page.get_by_role("button", name="Sign in with Campus")
    expect(button).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_text("plane")).to_have_count(0)
    assert_nothing_is_served(page)

    button.click()
    page.get_by_role("link", name="Ben *Bitdiddle*").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("Ben *Bitdiddle*")).to_be_visible()
    page.goto(f"{guarded.address}/traverse?run=plane-1")
    settle(page)
    main = ready(page, "traversal").locator("canvas.main")
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.8, follows=main)
    assert_shows(main, store.open("plane-1"))
    assert page.evaluate(CLOSED, "/live/plane-1") == "open"
    assert page.evaluate(FETCH, "/live/plane-1/draw")[0] == 200

    settle(page)
    with page.expect_event("load"):  # by way of the provider
        page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with Campus")).to_be_visible()
    assert COOKIE not in {cookie["name"] for cookie in page.context.cookies()}
    assert_nothing_is_served(page)


def test_a_forged_cookie_opens_neither_pages_nor_routes(page: Page, guarded: App) -> None:
    claims = f'{{"is_logged_in": true, "iss": "x", "sub": "1", "origin": "{guarded.address}"}}'
    forged = create_signed_value(secrets.token_hex(32), COOKIE, claims).decode()
    page.context.add_cookies([{"name": COOKIE, "value": forged, "url": guarded.address}])
    page.goto(guarded.address)
    expect(page.get_by_role("button", name="Sign in with Campus")).to_be_visible()
    assert_nothing_is_served(page)


def test_a_phone_without_sign_in_reads_where_to_sign_in(page: Page, guarded: App) -> None:
    answer = page.goto(f"{guarded.address}/show/plane-1")
    assert answer
    assert answer.status == 401
    page.get_by_role("link", name="open the app's first page").click()
    expect(page.get_by_role("button", name=re.compile("Sign in"))).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_the_sign_in_page_fits_a_narrow_window(browser: Browser, guarded: App, dark: bool) -> None:
    context = profile(browser, 800, 900, dark)
    page = context.new_page()
    page.goto(f"{guarded.address}/map")
    box = page.get_by_role("button", name="Sign in with Campus").bounding_box()
    assert box
    assert box["x"] > 0
    assert box["x"] + box["width"] < 800
    assert page.get_by_role("dialog").count() == 0
    context.close()
