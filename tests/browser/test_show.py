"""`/show/RUN` on a phone, a presenter whom it follows, and a site on a plain file server."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import vae_core
from explorer.take_away.page import write_site
from vae_core.analysis import latents_of

from .conftest import is_problem, profile, settle
from .looking import assert_shows, drag, expect_code, ready, soon, still
from .serving import App

Open = Callable[..., Page]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """`watched(address)`: a phone; fails on console errors and on failed requests."""
    problems: list[str] = []
    contexts = []

    def visit(address: str) -> Page:
        context = profile(browser, width=390, height=844)
        contexts.append(context)
        page = context.new_page()
        page.on("response", lambda answer: problems.append(answer.url) if answer.status >= 400 else None)
        page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not problems, problems


def test_the_hall_follows_a_presenter(
    app: App, open_page: Open, watched: Callable[[str], Page], store: vae_core.Store
) -> None:
    run = store.open("plane-1")
    phone = watched(f"{app.address}/show/plane-1")
    main = ready(phone, "traversal").locator("canvas.main")
    expect_code(main, latents_of(run).mu[0].tolist())
    assert_shows(main, run)
    expect(phone.locator(".follow")).to_be_hidden()

    page = open_page("traverse?run=plane-1&z=0,0")
    presented = ready(page, "traversal").locator("canvas.main")
    page.get_by_role("button", name="Present").click()
    page.get_by_text("Lead", exact=True).click()
    expect(page.locator(".lead")).to_have_text("You lead: 1 follows")
    page.keyboard.press("Escape")
    expect_code(main, [0, 0])
    expect(phone.locator(".follow")).to_have_text("Following")
    drag(page, page.locator(".traversal .row .slider").first, 0.5, 0.8, follows=presented)
    expect_code(main, still(presented))
    assert_shows(main, run)

    # Who moves a slider goes on alone, until the button is pressed.
    phone.get_by_role("button", name="Random draw").click()
    expect(phone.locator(".follow")).to_have_text("Follow")
    page.get_by_role("button", name="Prior mean").click()
    expect_code(presented, [0, 0], tolerance=2)
    phone.wait_for_timeout(500)
    here = still(presented)
    soon(phone, lambda: max(abs(a - b) for a, b in zip(still(main), here, strict=True)) > 1e-3, "not alone")
    phone.locator(".follow").click()
    expect_code(main, here)

    settle(page)
    page.get_by_role("link", name="Map").click()
    expect(phone.get_by_role("tab", name="Map")).to_have_attribute("aria-selected", "true")
    ready(page, "map")
    settle(page)
    page.get_by_role("link", name="Interpolate").click()
    expect(phone.get_by_role("tab", name="Interpolate")).to_have_attribute("aria-selected", "true")
    on_path = ready(page, "interpolation").locator("canvas.main")
    there = ready(phone, "interpolation").locator("canvas.main")
    drag(page, page.locator(".interpolation .slider").first, 0.5, 0.8, follows=on_path)
    expect_code(there, still(on_path))
    assert_shows(there, run)


def test_a_tablet_with_the_link_leads(
    app: App, open_page: Open, watched: Callable[[str], Page], store: vae_core.Store
) -> None:
    page = open_page("traverse?run=plane-1")
    ready(page, "traversal")
    page.get_by_role("button", name="Present").click()
    link = page.get_by_role("link", name="Lead from another device").get_attribute("href")
    assert link
    token = link.split("#")[1]
    page.context.close()

    phone = watched(f"{app.address}/show/plane-1")
    tablet = watched(f"{app.address}/show/plane-1#{token}")
    expect(tablet.locator(".leading")).to_have_text("You lead: 1 follows")
    assert token not in tablet.url
    shown, main = (ready(one, "traversal").locator("canvas.main") for one in (tablet, phone))
    drag(tablet, tablet.locator(".traversal .row .slider").first, 0.5, 0.8, follows=shown)
    expect_code(main, still(shown))
    assert_shows(main, store.open("plane-1"))
    tablet.get_by_role("tab", name="Interpolate").click()
    expect(phone.get_by_role("tab", name="Interpolate")).to_have_attribute("aria-selected", "true")

    stranger = watched(f"{app.address}/show/plane-1#lead=guess")
    expect(stranger.locator(".leading")).to_have_text("The server has started anew: reload the app to lead.")


def test_a_missing_run_is_one_sentence(browser: Browser, app: App) -> None:
    context = profile(browser)
    page = context.new_page()
    answer = page.goto(f"{app.address}/show/nobody")
    assert answer
    assert answer.status == 404
    expect(page.locator("p")).to_contain_text("nobody")
    context.close()


@pytest.fixture
def site(store: vae_core.Store, tmp_path: Path) -> Iterator[str]:
    """The address of a plain file server with a site of two runs."""
    write_site([store.open("plane-1"), store.open("words-1")], tmp_path)

    class Quiet(SimpleHTTPRequestHandler):
        extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_site_works_on_any_file_server(site: str, watched: Callable[[str], Page], store: vae_core.Store) -> None:
    phone = watched(f"{site}/index.html")
    phone.get_by_role("link", name=re.compile("plane")).click()
    main = ready(phone, "traversal").locator("canvas.main")
    drag(phone, phone.locator(".traversal .row .slider").first, 0.5, 0.9, follows=main)
    still(main)
    assert_shows(main, store.open("plane-1"))
    phone.get_by_role("link", name="All models").click()
    phone.get_by_role("link", name=re.compile("words")).click()
    words = store.open("words-1")
    board = ready(phone, "codes").locator("canvas.main")
    still(board)
    assert_shows(board, words)
