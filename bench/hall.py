"""A hall: how many followers a server carries while its presenter drags, and how long all of them wait for the page.

A real presenter in Chromium drags a slider at 125 Hz; followers are WebSocket clients in a process of their own, and a few Chromium
tabs that decode and paint each move. All of it shares this machine's cores, which a real hall does not: on two cores it is the
browsers that are measured here, too.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.browser.serving import App, running_app
from vae_core.runs import Store

from .claims import Report, run
from .drags import WATCH, drags, launched
from .training import in_the_background

#: A run of the gallery, which is copied: the page of a hall lies in its run's cache.
SHIPPED, RUN = "sprites-beta-1", "hall"
#: Real tabs among the followers, seconds of dragging, and page loads at a time.
TABS, SECONDS, AT_ONCE = 5, 10.0, 30
#: Notes in the page when each move is sent, and counts paints of the main image.
NOTE = """
window.sent = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (this.url.endsWith("/lead") && data instanceof ArrayBuffer)
    window.sent.push([Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join(""), Date.now() / 1000]);
  return send.call(this, data);
};
"""


@dataclass
class Heard:
    """What followers heard: moves of each, and of each move in hex when the first and all others got it, in seconds of the clock."""

    counts: list[int]
    arrivals: dict[str, list[float]]


def measure(report: Report, quick: bool) -> None:
    followers = 50 if quick else 300
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launched(playwright)
        store = Store(Path(folder) / "store")
        shutil.copytree(store.gallery_root / SHIPPED, store.root / RUN)
        with running_app(store.root, Path(folder) / "log") as app:
            first_loads(report, app, followers)
            presenter = leading(browser, app)
            report.claim("the presenter's paints, nobody follows", dragged(presenter, SECONDS / 2), "/s")
            followed_by(report, app, presenter, followers, f"{followers} followers")
            with in_the_background(Path(folder) / "training"):
                followed_by(report, app, presenter, followers, f"{followers} followers while a model trains")
            for _ in range(1 if quick else TABS):
                tab(browser, app)
            followed_by(report, app, presenter, followers, f"{followers} followers and {1 if quick else TABS} tabs")


def followed_by(report: Report, app: App, presenter: Page, followers: int, hall: str) -> None:
    """What a drag is for a hall and for its presenter."""
    before = memory(app)
    with listening(app, followers) as ends:
        presenter.evaluate("window.sent.length = 0")
        paints = dragged(presenter, SECONDS)
        sent: list[tuple[str, float]] = presenter.evaluate("window.sent")
        taken = memory(app) - before
        ends.send("stop")
        heard: Heard = ends.recv()
    rates = [count / SECONDS for count in heard.counts]
    often = Counter(move for move, _ in sent)
    once = {move: time for move, time in sent if often[move] == 1}
    delays = [1000 * (time - once[move]) for move, times in heard.arrivals.items() if move in once for time in times]
    setup = f"{len(sent) / SECONDS:.0f} moves/s sent"
    report.claim(
        f"{hall}: moves that a follower gets, median", statistics.median(rates), "/s", goal="≥ 30", against=setup
    )
    report.claim(f"{hall}: moves that the slowest follower gets", min(rates), "/s", against=setup)
    report.claim(f"{hall}: delay of a move, median", statistics.median(delays), "ms", goal="≤ 50")
    report.claim(f"{hall}: delay of a move, 95 of 100", float(np.percentile(delays, 95)), "ms")
    report.claim(f"{hall}: the presenter's paints", paints, "/s", goal="≥ 55")
    report.claim(f"{hall}: memory of the server meanwhile", taken, "MB", goal="≤ 150")


def first_loads(report: Report, app: App, count: int) -> None:
    """The page with its five files, as many times as there are followers."""
    page = f"{app.address}/show/{RUN}"
    html = fetched(page).decode()  # made once, before the hall comes
    names = re.findall(r'"([^"]*/(?:ort-[^"/]+|(?:decoder|images)\.gz))"', html)
    assert len(names) == 3, names
    files = [urljoin(page, name) for name in names]

    def visit(_: int) -> int:
        return sum(len(fetched(address)) for address in (page, *files))

    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        total = sum(pool.map(visit, range(count)))
    seconds = time.perf_counter() - start
    report.claim(
        f"{count} first loads of /show", seconds, "s", goal="≤ 30", against=f"{total / 2**20 / count:.1f} MB each"
    )


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as answer:  # nosec B310  # of the app that it started
        return answer.read()


def leading(browser: Browser, app: App) -> Page:
    """A page of the app that leads."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(NOTE)
    page.goto(f"{app.address}/traverse?run={RUN}")
    page.wait_for_selector(".traversal[data-ready]")
    page.get_by_text("Browser decodes").wait_for(timeout=60_000)
    page.get_by_role("button", name="Present").click()
    page.get_by_text("Lead", exact=True).click()
    page.get_by_text("You lead").wait_for()
    page.keyboard.press("Escape")
    page.evaluate(WATCH)
    return page


def tab(browser: Browser, app: App) -> None:
    """Open a phone that follows."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app.address}/show/{RUN}")
    page.locator(".follow", has_text="Following").wait_for(timeout=60_000)


def dragged(page: Page, seconds: float) -> float:
    """Drag the first slider to and fro; frames with a new image a second."""
    page.bring_to_front()
    return drags(page, page.locator(".traversal .row .slider").first, seconds, 1)["paints"]


class listening:
    """Followers in a process of their own: `with` gives the end that stops them and then hands over what they heard."""

    def __init__(self, app: App, count: int) -> None:
        context = get_context("spawn")
        self.ends, theirs = context.Pipe()
        self.process = context.Process(target=follow_all, args=(app.address, count, theirs), daemon=True)

    def __enter__(self) -> Connection:
        self.process.start()
        assert self.ends.recv() == "all are here"
        return self.ends

    def __exit__(self, *_: object) -> None:
        self.process.join(30)
        self.process.kill()


def follow_all(address: str, count: int, ends: Connection) -> None:
    """In the process of the followers."""
    ends.send(asyncio.run(_follow_all(address, count, ends)))


async def _follow_all(address: str, count: int, ends: Connection) -> Heard:
    heard = Heard([0] * count, {})
    ready = asyncio.Semaphore(0)

    async def one(index: int) -> None:
        async with connect(
            f"{address.replace('http', 'ws', 1)}/follow", origin=Origin(address), compression=None
        ) as socket:
            ready.release()
            async for frame in socket:
                if isinstance(frame, bytes):
                    heard.counts[index] += 1
                    heard.arrivals.setdefault(frame.hex(), []).append(time.time())

    tasks = [asyncio.create_task(one(index)) for index in range(count)]
    for _ in tasks:
        await ready.acquire()
    await asyncio.sleep(0.5)
    heard.counts, heard.arrivals = [0] * count, {}  # what was shown before
    ends.send("all are here")
    await asyncio.to_thread(ends.recv)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return heard


def memory(app: App) -> float:
    """Resident memory of the server in MB."""
    for line in Path(f"/proc/{app.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{app.pid}/status has no VmRSS.")


if __name__ == "__main__":
    sys.exit(run("hall", measure, (__doc__ or "").strip()))
