"""Security headers of the real server, and a browser that keeps to them. That every page works under them, without one violation on
the console, is seen wherever `open_page` is used: in `test_pages.py` for all pages there are.
"""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from email.message import Message

import pytest
from playwright.sync_api import Browser
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from explorer.access.headers import OTHERS
from explorer.live.decoder import manifest
from explorer.live.modules import modules_version

from .conftest import profile, settle
from .looking import soon
from .serving import App

#: Path → the status of its answer.
ANSWERS = {
    "": 200,
    "map": 200,
    "home": 200,
    "nothing": 200,
    "favicon.png": 200,
    "healthz": 200,
    "_stcore/health": 200,
    "media/gone.png": 404,
    "live/plane-1/draw": 200,
    "live/gone/draw": 404,
    "show/plane-1": 200,
    "show/gone": 404,
    f"modules/{modules_version()}/traversal/traversal.js": 200,
    f"runtime/{manifest()['version']}/ort.wasm.bundle.min.mjs": 200,
    "..%2f..%2fapp.py": 400,
}
INJECT = """() => {
  window.violated = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violated.push(event.effectiveDirective));
  const add = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
  add("script", { textContent: "window.ran = true" });
  add("script", { src: "data:text/javascript,window.ran = true" });
  add("img", { src: "http://127.0.0.1:9/seen" });
  add("iframe", { src: "http://127.0.0.1:9/" });
  document.body.insertAdjacentHTML("beforeend", `<img src="data:," onerror="window.ran = true">`);
  fetch("http://127.0.0.1:9/").catch(() => {});
  setTimeout("window.ran = true"); // as eval, which the test's own way into the page may use
}"""


def assert_has_headers(found: Message) -> None:
    for name, value in OTHERS.items():
        assert found.get_all(name) == [value], name
    (policy,) = found.get_all("Content-Security-Policy", [])
    assert "frame-ancestors 'self'" in policy


def answer(app: App, path: str, **options: str) -> tuple[int, Message]:
    request = urllib.request.Request(f"{app.address}/{path}", **options)  # type: ignore[arg-type]
    try:
        with urllib.request.urlopen(request, timeout=120) as found:
            return found.status, found.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


@pytest.mark.parametrize("path", ANSWERS)
def test_every_kind_of_answer_has_them(app: App, path: str) -> None:
    status, headers = answer(app, path)
    assert status == ANSWERS[path]
    assert_has_headers(headers)


def test_refused_uploads_and_sockets_have_them(app: App) -> None:
    status, headers = answer(app, "_stcore/upload_file/nobody/file", method="PUT")
    assert status in (400, 403)
    assert_has_headers(headers)

    async def refused() -> list[tuple[str, str]]:
        with pytest.raises(InvalidStatus) as raised:
            async with connect(f"ws://127.0.0.1:{app.port}/live/plane-1", origin="http://elsewhere"):
                pass
        return list(raised.value.response.headers.raw_items())

    with ThreadPoolExecutor(1) as threads:  # Playwright's own loop runs in this one
        raw = threads.submit(asyncio.run, refused()).result()
    message = Message()
    for name, value in raw:
        message[name] = value
    assert_has_headers(message)


def test_what_is_put_into_a_page_from_outside_does_not_run(browser: Browser, app: App) -> None:
    context = profile(browser)
    page = context.new_page()
    page.goto(f"{app.address}/measure")
    settle(page)
    page.evaluate(INJECT)
    wanted = {"script-src-elem", "script-src-attr", "script-src", "img-src", "frame-src", "connect-src"}
    soon(page, lambda: wanted <= set(page.evaluate("window.violated")), "a violation is not reported")
    assert page.evaluate("window.ran") is None
    context.close()
