"""The interactive explorer: paints per second in a drag, latency, many tabs, memory.

The real app in a headless Chromium, the shipped 64×64 model, drags by mouse; Streamlit's own slider in the same run.
"""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Origin

from bench.claims import Report, run
from bench.drags import MODEL, SELF_DRAG, drags, launched, opened, sweep
from bench.training import in_the_background
from tests.browser.serving import App, running_app, running_script

#: Its decoder is convolutions at 28×28; that of `MODEL` a broadcast decoder at 64×64.
SMALLER = "gallery/mnist-beta-1"
SIDE_BY_SIDE = ("gallery/sprites-beta-1", "gallery/sprites-beta-4", "gallery/sprites-beta-16")


def measure(report: Report, quick: bool) -> None:
    seconds, times = (1.0, 1) if quick else (2.0, 5)
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright, running_app(folder / "store", folder / "log.txt") as app:
        browser = launched(playwright)
        for place in GOALS:
            traversal(report, browser, app, place, seconds, times)
        smaller_decoder(report, browser, app, seconds, times)
        first_drag(report, browser, app, 1 if quick else 3)
        if not quick:
            other_pages(report, browser, app, seconds, times)
        with running_script("bench/native_slider.py", folder / "store", folder / "native.txt") as native:
            slider_of_streamlit(report, browser, native, seconds, times)
        for place in GOALS:
            tabs(report, browser, app, place, 1.0 if quick else 3.0)
        if not quick:
            beside_training(report, browser, app, folder, seconds, times)
        browser.close()
        memory(report, app, 1_000 if quick else 10_000)
    shutil.rmtree(folder)


# -- drags -----------------------------------------------------------------------------------------------------
#: Goals of a drag: paints per second, median and 95th percentile of the latency in ms, strips per second.
GOALS = {"browser": (59, 8, 17, 20), "server": (52, 20, 33, 15)}


def traversal(report: Report, browser: Browser, app: App, place: str, seconds: float, times: int) -> None:
    """A drag on Traverse, with images decoded in the browser or by the server."""
    page, view = opened(browser, app, f"traverse?run={MODEL}", "traversal", place)
    slider = view.locator(".row .slider").first
    rows = view.locator(".rows .row").count()
    sweep(page, slider, 0.5)
    before = page.evaluate("window.frames_sent")
    drag = drags(page, slider, seconds, times)
    paints, median, p95, strips = GOALS[place]
    name = f"decoded by the {place}"
    report.claim(
        f"drag, {name}", drag["paints"], "paints/s", goal=f"≥ {paints}",
        against=f"{100 * drag['share']:.0f} % of the frames in which a move arrived",
    )  # fmt: skip
    report.claim(f"drag, {name}: latency, median", drag["median"], "ms", goal=f"≤ {median}")
    report.claim(f"drag, {name}: latency, p95", drag["p95"], "ms", goal=f"≤ {p95}")
    report.claim(
        f"drag, {name}: from the mouse, median",
        drag["whole"],
        "ms",
        against="the browser holds moves back until a frame",
    )
    report.claim(
        f"drag, {name}: the strip's {11 * rows} images", drag["rows"] / max(1, rows - 1), "strips/s", goal=f"≥ {strips}",
        against=f"the {rows - 1} rows of the dimensions that are not dragged",
    )  # fmt: skip
    if place == "browser":
        sent = page.evaluate("window.frames_sent") - before
        report.claim(f"drag, {name}: requests to the server", sent, "", goal="≤ 0")
    element = slider.element_handle()
    rates = [
        page.evaluate(f"([slider, seconds]) => ({SELF_DRAG})(slider, seconds)", [element, seconds])
        for _ in range(times)
    ]
    report.claim(f"drag, {name}: a move in every frame", statistics.median(rates), "paints/s", goal="≥ 55")
    page.context.close()


def smaller_decoder(report: Report, browser: Browser, app: App, seconds: float, times: int) -> None:
    """The same drag where a decoder takes a quarter of the time: strips are drawn as fast as one core decodes them."""
    page, view = opened(browser, app, f"traverse?run={SMALLER}", "traversal", "browser")
    slider = view.locator(".row .slider").first
    rows = view.locator(".rows .row").count()
    sweep(page, slider, 0.5)
    drag = drags(page, slider, seconds, times)
    name = f"drag, decoded by the browser, {SMALLER.removeprefix('gallery/')}"
    report.claim(name, drag["paints"], "paints/s", goal="≥ 59")
    report.claim(f"{name}: the strip's {11 * rows} images", drag["rows"] / max(1, rows - 1), "strips/s", goal="≥ 20")
    page.context.close()


def first_drag(report: Report, browser: Browser, app: App, times: int) -> None:
    """From the request of the page until a thumb can be dragged, and until the browser decodes, by a fresh profile and a known one."""
    seen: dict[str, list[float]] = {}
    for _ in range(times):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        for cache in ("cold", "warm"):
            page, begun = context.new_page(), time.perf_counter()
            page.goto(f"{app.address}/traverse?run={MODEL}", wait_until="commit")
            page.wait_for_selector(".traversal[data-ready] canvas.main[data-painted]")
            seen.setdefault(f"a first drag, {cache} cache", []).append(time.perf_counter() - begun)
            page.wait_for_selector(".decoding[data-place=browser]", state="attached")
            seen.setdefault(f"the browser decodes, {cache} cache", []).append(time.perf_counter() - begun)
            page.close()
        context.close()
    goals = {"a first drag, cold cache": "≤ 3", "a first drag, warm cache": "≤ 1"}
    for what, values in seen.items():
        report.claim(f"from the request of Traverse until {what}", statistics.median(values), "s", goal=goals.get(what))


def other_pages(report: Report, browser: Browser, app: App, seconds: float, times: int) -> None:
    """The same on Interpolate and on Compare with three runs, decoded in the browser."""
    for title, address, component, thumb in (
        ("Interpolate", f"interpolate?run={MODEL}", "interpolation", "input[type=range]"),
        (
            "Compare, three runs",
            f"compare?run={MODEL}&compare={','.join(SIDE_BY_SIDE)}&tab=Traversals",
            "comparison",
            ".slider",
        ),
    ):
        page, view = opened(browser, app, address, component, "browser")
        slider = view.locator(thumb).first
        sweep(page, slider, 0.5)
        drag = drags(page, slider, seconds, times)
        report.claim(f"drag on {title}, decoded by the browser", drag["paints"], "paints/s", goal="≥ 59")
        report.claim(f"drag on {title}, decoded by the browser: latency, median", drag["median"], "ms", goal="≤ 8")
        report.claim(f"drag on {title}, decoded by the browser: latency, p95", drag["p95"], "ms", goal="≤ 17")
        page.context.close()


def slider_of_streamlit(report: Report, browser: Browser, native: App, seconds: float, times: int) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(native.address)
    image, slider = page.locator("[data-testid=stImage] img"), page.get_by_role("slider")
    image.wait_for()
    page.wait_for_timeout(1500)
    image.evaluate(
        "() => { window.changes = 0; new MutationObserver(all => all.forEach(() => window.changes++)).observe(document.body,"
        " { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] }); }"
    )
    during = []
    for _ in range(times):
        box, track = slider.bounding_box(), page.locator("[data-testid=stSlider]").bounding_box()
        assert box is not None
        assert track is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 2, y)
        page.mouse.down()
        before = image.get_attribute("src")
        pictures, begun = set(), time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            page.mouse.move(track["x"] + track["width"] * (0.5 + 0.4 * math.sin(4 * passed)), y)
            pictures.add(image.get_attribute("src"))
        during.append(len(pictures - {before}) / seconds)
        page.mouse.up()
        page.wait_for_timeout(800)
    report.claim("Streamlit's own slider and image", statistics.median(during), "paints/s", against="the same model")
    page.context.close()


# -- many at once ----------------------------------------------------------------------------------------------
def tabs(report: Report, browser: Browser, app: App, place: str, seconds: float) -> None:
    pages = [opened(browser, app, f"traverse?run={MODEL}", "traversal", place)[0] for _ in range(5)]
    for page in pages:
        slider = page.locator(".row .slider").first.element_handle()
        page.evaluate(
            f"([slider, seconds]) => {{ window.rate = ({SELF_DRAG})(slider, seconds); return null; }}",
            [slider, seconds],
        )
    rates = [page.evaluate("() => window.rate") for page in pages]
    name = f"decoded by the {place}"
    report.claim(f"five tabs dragging at once, {name}: the slowest", min(rates), "paints/s", goal="≥ 8")
    report.claim(f"five tabs dragging at once, {name}: together", sum(rates), "paints/s")
    for page in pages:
        page.context.close()


def beside_training(
    report: Report, browser: Browser, app: App, folder: Path, seconds: float, times: int, trainings: int = 1
) -> None:
    """A drag while models train, started as the app starts its workers."""
    page, view = opened(browser, app, f"traverse?run={MODEL}", "traversal", "browser")
    slider = view.locator(".row .slider").first
    with ExitStack() as stack:
        for number in range(trainings):
            stack.enter_context(in_the_background(folder / f"training-{number}"))
        drag = drags(page, slider, seconds, times)
    who, goal = ("a model trains", "≥ 30") if trainings == 1 else (f"{trainings} models train", "≥ 55")
    report.claim(f"main image while {who}", drag["paints"], "paints/s", goal=goal)
    report.claim(f"drag latency while {who}, median", drag["median"], "ms")
    page.context.close()


def memory(report: Report, app: App, frames: int) -> None:
    def resident() -> float:
        status = Path(f"/proc/{app.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    async def request_frames(count: int) -> None:
        address = f"ws://127.0.0.1:{app.port}/live/{MODEL}"
        async with connect(address, origin=Origin(f"http://127.0.0.1:{app.port}")) as socket:
            dims = json.loads(await socket.recv())["dims"]
            z = np.random.default_rng(0).normal(size=(count, dims)).astype("<f4")
            for number in range(count):
                await socket.send(struct.pack("<If", number, -1) + z[number].tobytes())
                await socket.recv()

    in_a_thread(lambda: asyncio.run(request_frames(1000)))
    before = resident()
    begun = time.perf_counter()
    in_a_thread(lambda: asyncio.run(request_frames(frames)))
    passed = time.perf_counter() - begun
    report.claim(f"server's memory over {frames:,} frames", resident() - before, "MiB", goal="≤ 20")
    report.claim("one client asking one by one", frames / passed, "frames/s")


def in_a_thread(call: Callable[[], None]) -> None:
    """Run outside of this thread, in which Playwright's event loop runs."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(call).result()


if __name__ == "__main__":
    sys.exit(run("live", measure, (__doc__ or "").strip()))
