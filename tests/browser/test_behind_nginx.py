"""A real nginx before the app, with the configuration of the docs: pages, sockets, uploads, and a second prefix that nginx takes away."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import vae_core

from .conftest import failed, is_problem, profile, settle
from .looking import LIMIT, assert_shows, drag, ready
from .serving import ROOT, free_port, running_app, wait_until_healthy

NGINX = shutil.which("nginx", path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
#: Around the file of the docs, what a system's nginx.conf has around its conf.d.
MAIN = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; gzip on; gzip_proxied any; gzip_types *;
  include {folder}/site.conf;
}}
"""


def site(port: int, behind: int) -> str:
    """deploy/nginx.conf on this port and before that one, and the same app below /~/+/, which it does not know of."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8501", f"127.0.0.1:{behind}")
    (location,) = re.findall(r"    location /betascope/ \{.*?\n    \}\n", text, re.DOTALL)
    taken_away = location.replace("/betascope/ {", "/~/+/ {").replace(f":{behind};", f":{behind}/betascope/;")
    return text.replace(location, location + taken_away)


@contextmanager
def running_nginx(folder: Path, behind: int) -> Iterator[str]:
    """The address of an nginx before the app on that port."""
    assert NGINX
    port = free_port()
    (folder / "site.conf").write_text(site(port, behind))
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"], stdout=log, stderr=log)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/betascope/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def proxy(store: vae_core.Store, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx before an app that has a copy of the store, since something is uploaded to it."""
    if NGINX is None:
        message = "no nginx found; install one (for example: apt-get install nginx)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with (
        running_app(
            shutil.copytree(store.root, tmp_path / "store"), tmp_path / "app.txt", "--server.baseUrlPath", "betascope"
        ) as app,
        running_nginx(tmp_path, app.port) as address,
    ):
        yield address
    assert "Traceback" not in (tmp_path / "app.txt").read_text()
    assert "[error]" not in (tmp_path / "error.log").read_text()


def large() -> bytes:
    """An NPZ of noise, larger than the megabyte that nginx takes unless it is configured."""
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).integers(0, 256, (450, 56, 56), np.uint8))
    assert len(file.getvalue()) > 1.3 * 2**20
    return file.getvalue()


def test_all_of_it_works_behind_nginx(browser: Browser, proxy: str, store: vae_core.Store) -> None:
    """`/betascope` is the app's own prefix; of `/~/+` it knows nothing."""
    problems: list[str] = []
    context, run = profile(browser), store.open("plane-1")
    # What a browser decodes by itself needs no socket.
    context.route("**/decoder?*", lambda route: route.fulfill(status=204))
    page = context.new_page()
    page.on("response", lambda answer: problems.append(f"{answer.status} {answer.url}") if failed(answer) else None)
    page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))

    page.goto(f"{proxy}/betascope")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for prefix in ("~/+", "betascope"):
        page.goto("about:blank")  # ends what the page before still requests
        addresses.clear()
        page.goto(f"{proxy}/{prefix}/traverse?run=plane-1&z=0,0")
        follows_the_thumb(page, run)
        paths = {urlsplit(address).path for address in addresses if address.startswith(("http", "ws"))}
        assert f"/{prefix}/live/plane-1" in paths
        assert all(path.startswith(f"/{prefix}/") for path in paths), paths

    page.get_by_role("link", name="Map").click()
    expect(ready(page, "map")).to_have_attribute("data-count", "449")

    settle(page)
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    settle(page)
    page.locator(".st-key-train-dataset input").click()
    page.get_by_role("option", name="Your own images or table …").click()
    settle(page)
    page.locator(".st-key-train-files-0 input[type=file]").set_input_files(
        {"name": "noise.npz", "mimeType": "application/octet-stream", "buffer": large()}
    )
    expect(page.get_by_text("450 images · all 56 × 56 pixels")).to_be_visible()
    settle(page)

    page.goto(f"{proxy}/betascope/show/plane-1", timeout=5000 * LIMIT)  # it is made first, by a niced process
    assert_shows(ready(page, "traversal").locator("canvas.main"), run)
    context.close()
    assert not problems, problems


def follows_the_thumb(page: Page, run: vae_core.Run) -> None:
    """The server's answers come through the socket while the thumb is held."""
    settle(page)
    main = ready(page, "traversal").locator("canvas.main")
    assert_shows(main, run, [0, 0])
    sent = page.evaluate("window.frames_sent")
    drag(page, page.locator(".traversal .slider").first, 0.5, 0.8, steps=8, follows=main)
    assert_shows(main, run)
    assert page.evaluate("window.frames_sent") > sent
