"""How long a person waits: for the command line, the first page, any page, another run; and for a frame while pages open."""

from __future__ import annotations

import re
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from websockets.sync.client import connect
from websockets.typing import Origin

from explorer.live.modules import address_of
from tests.browser.chromium import FLAGS, installed
from tests.browser.serving import App, free_port, running_app, wait_until_healthy

from .claims import Report, run

ROOT = Path(__file__).parents[1]
RUN, OTHER = "gallery/sprites-beta-1", "gallery/sprites-beta-4"
#: Page → selector of what is visible once the page can be used.
READY = {
    "Traverse": ".traversal[data-ready]",
    "Map": ".map[data-ready]",
    "Interpolate": ".interpolation[data-ready]",
    "Compare": "[data-testid=stImage]",
    "Measure": "[data-testid=stDataFrame], [data-testid=stTable]",
    "Diagnose": "[data-testid=stMarkdown]",
    "Generate": "[data-testid=stImage]",
    "Train": "button:has-text('Train')",
    "Home": ".featured[data-ready]",
}
#: The first point of a curve, or a line where two points came at once.
POINT = ".js-plotly-plot .point, .js-plotly-plot .js-line"
#: Sets `window.shown_at`, in milliseconds, once an element of a component is painted.
WATCH = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  const watcher = new MutationObserver(() => {
    if (!root.querySelector("SELECTOR")) return;
    watcher.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => (window.shown_at = performance.now())));
  });
  watcher.observe(root, { childList: true, subtree: true, attributes: true });
  return root;
};
"""
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"


def measure(report: Report, quick: bool) -> None:
    command = [sys.executable, "-m", "vae_core", "--help"]
    seconds = [timed(lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=True)) for _ in range(5)]
    report.claim("python -m vae_core --help", statistics.median(seconds), "s", goal="≤ 0.5")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        log, store = Path(folder) / "log", Path(folder) / "store"
        for _ in range(1 if quick else 2):  # the second start reads from the disk cache that the first has filled
            first = first_page(browser.new_page())
        report.claim("the first page, from the start of the server", first, "s", goal="≤ 5")
        with running_app(store, log) as app:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{app.address}/traverse?run={RUN}")
            shown(page, "Traverse")
            if not quick:
                page.wait_for_timeout(45_000)  # the map process has compiled and leaves the cores free
            small_answers(report, app)
            page.goto("about:blank")  # what plays in another tab takes a core that the first picture would have
            first_picture(report, browser, app)
            page.goto(f"{app.address}/traverse?run={RUN}")
            shown(page, "Traverse")
            pages(report, page, rounds=1 if quick else 3)
            another_run(report, page)
            frames_while_pages_open(report, page, app)
        first_points(report, browser, Path(folder), rounds=1 if quick else 3)


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def first_page(page: Page) -> float:
    """Seconds from the start of a server to its first page."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        page.goto(f"http://127.0.0.1:{port}/")
        shown(page, "Home")
        return time.perf_counter() - start
    finally:
        page.close()
        process.terminate()
        process.wait(20)


def shown(page: Page, name: str) -> None:
    """Wait until the page can be used."""
    if name != "Home":
        page.get_by_role("heading", name=name, level=1).wait_for(timeout=60_000)
    page.locator(READY[name]).first.wait_for(state="visible", timeout=60_000)
    page.locator(IDLE).wait_for(timeout=60_000)


def small_answers(report: Report, app: App) -> None:
    """A page is some 110 files, most of them small."""
    connection = HTTPConnection("127.0.0.1", app.port)

    def request() -> None:
        connection.request("GET", f"/{address_of('featured')}")
        connection.getresponse().read()

    seconds = [timed(request) for _ in range(50)]
    connection.close()
    report.claim("a small file of the server, one after the other", 1e3 * statistics.median(seconds), "ms")


def first_picture(report: Report, browser: Browser, app: App) -> None:
    """The picture that plays, of a warm server, in a fresh profile and once more in a tab of the same one.

    By the page's own clock, from the start of the navigation to the frame after it is drawn: Playwright looks for an element every half second only.
    """

    def open_home(context: BrowserContext) -> float:
        page = context.new_page()
        page.add_init_script(WATCH.replace("SELECTOR", READY["Home"]))
        page.goto(app.address)
        page.wait_for_function("() => window.shown_at", timeout=60_000)
        seconds = page.evaluate("window.shown_at") / 1e3
        page.close()
        return seconds

    seconds: dict[str, list[float]] = {"fresh": [], "known": []}
    for _ in range(6):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        for profile in seconds.values():
            profile.append(open_home(context))
        context.close()
    for name, values in seconds.items():
        report.claim(
            f"the picture that plays, warm server, {name} profile", statistics.median(values[1:]), "s", goal="≤ 1.5",
            against="from the start of the navigation",
        )  # fmt: skip


def first_points(report: Report, browser: Browser, folder: Path, rounds: int) -> None:
    """From the press of Train, digits and the small network of the first preset, to the first point of its curve.

    Each round in an empty store: the page shows the curve of a run of the last half hour.
    """
    seconds = []
    for number in range(rounds):
        with running_app(folder / f"training-{number}", folder / "log", warm=True) as app:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{app.address}/train")
            shown(page, "Train")
            page.wait_for_timeout(20_000)  # the worker that waits has loaded everything
            assert page.locator(POINT).count() == 0

            def train(page: Page = page) -> None:
                page.get_by_role("button", name="Train", exact=True).click()
                page.wait_for_function(f"() => document.querySelector('{POINT}')", timeout=60_000)

            seconds.append(timed(train))
            page.get_by_role("button", name="Cancel").first.click()
            page.wait_for_timeout(3_000)
            page.close()
    report.claim(
        "from Train to the first point of the curve", statistics.median(seconds), "s", goal="≤ 1.5",
        against=f"{rounds} rounds, the longest {max(seconds):.2f} s",
    )  # fmt: skip


def pages(report: Report, page: Page, rounds: int) -> None:
    """From the click in the menu to the page's own content, its script at rest; the first visit loads what the page needs."""
    seconds: dict[str, list[float]] = {name: [] for name in READY}
    for _ in range(rounds + 1):
        for name in seconds:
            page.wait_for_timeout(300)

            def open_page(name: str = name) -> None:
                page.locator(f"[data-testid=stSidebarNav] a:has-text('{name}'), [data-testid=stSidebarNavLink]:has-text('{name}')").first.click()  # fmt: skip
                page.wait_for_url(lambda url: name.lower() in url or name == "Home")
                shown(page, name)

            seconds[name].append(timed(open_page))
    for name, values in seconds.items():
        report.claim(f"opening {name}", statistics.median(values[1:]), "s", goal="≤ 1", against=f"first visit {values[0]:.2f} s")  # fmt: skip


def another_run(report: Report, page: Page) -> None:
    """From the choice to the first image of the other run under the sliders."""
    page.locator("[data-testid=stSidebarNavLink]:has-text('Traverse')").first.click()
    shown(page, "Traverse")
    seconds = []
    for beta in (4, 16, 4, 16, 4):
        page.wait_for_timeout(500)
        picker = page.get_by_role("combobox", name="Run in view")
        picker.click()
        option = page.get_by_role("option").filter(has_text=re.compile(rf"^Sprites, β = {beta}(?!\d)")).first
        option.wait_for()
        address = page.url

        def choose(option: Locator = option, address: str = address) -> None:
            option.click()
            page.wait_for_function("before => location.href !== before", arg=address, timeout=30_000)
            shown(page, "Traverse")

        seconds.append(timed(choose))
    report.claim("another run under the sliders", statistics.median(seconds[2:]), "s", goal="≤ 0.5", against=f"loaded for the first time {max(seconds[:2]):.2f} s")  # fmt: skip


def frames_while_pages_open(report: Report, page: Page, app: App) -> None:
    """Frames requested one by one over the live socket while pages are opened: how long each takes."""
    waits: list[float] = []
    stop = threading.Event()
    codes = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32)

    def request_frames() -> None:
        address = f"ws://127.0.0.1:{app.port}/live/{RUN}"
        with connect(address, origin=Origin(f"http://127.0.0.1:{app.port}"), max_size=None) as socket:
            socket.recv()  # the first message, on the model
            number = 0
            while not stop.is_set():
                start = time.perf_counter()
                socket.send(struct.pack("<If", number, -1) + codes[number % 64].tobytes())
                socket.recv()
                waits.append(time.perf_counter() - start)
                number += 1
                time.sleep(1 / 60)

    thread = threading.Thread(target=request_frames)
    thread.start()
    for name in ("Map", "Traverse", "Compare", "Measure", "Home", "Traverse"):
        page.locator(f"[data-testid=stSidebarNavLink]:has-text('{name}')").first.click()
        shown(page, name)
        page.wait_for_timeout(500)
    stop.set()
    thread.join()
    milliseconds = 1e3 * np.array(waits)
    report.claim("a frame while pages run, median", float(np.median(milliseconds)), "ms")
    report.claim("a frame while pages run, 99 %", float(np.quantile(milliseconds, 0.99)), "ms", goal="≤ 100")
    report.claim(
        "a frame while pages run, the longest", float(milliseconds.max()), "ms", against=f"{len(waits)} frames"
    )


if __name__ == "__main__":
    sys.exit(run("app", measure, (__doc__ or "").strip()))
