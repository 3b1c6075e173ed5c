"""Mixed use for a long time: 12 browsers and two trainings; memory, the server's log, and a drag at the end as at the start.

Eight browsers load a page and leave it, three keep a socket and request images as drags do, and one is dragged by mouse in
Chromium. Real pages in twelve Chromiums would measure the browsers: on two cores they take all there is.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import struct
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from playwright.sync_api import Browser, expect, sync_playwright
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from bench.drags import MODEL, drags, launched, opened, sweep
from bench.training import in_the_background
from tests.browser.serving import App, running_app
from vae_core.runs import RunError, Store

from .forks import descendants, scratch
from .outcome import Outcome

MINUTES, QUICK = 120.0, 30.0
RUNS = (MODEL, "gallery/digits-beta-1", "gallery/digits-2d", "gallery/mnist-beta-1")
PAGES = ("home", "traverse", "map", "interpolate", "compare", "measure", "diagnose", "generate", "train", "apply")
#: Browsers whose pages are loaded, those that keep a socket, and the one in which the mouse drags: 12.
TABS, SOCKETS = 8, 3
#: Share of the time after which memory counts: every page was loaded by then.
WARM = 1 / 3
#: Goals: MB of memory a minute, paints a second of a drag.
SLOPE, PAINTS = 1.0, 55.0
#: What a line of the log has that tells of a fault.
FAULTS = ("Traceback", "ERROR", "Exception", "CRITICAL", "Error: ")
#: Seconds between two looks at the memory, and between two frames of a socket: a hand that drags now and then.
LOOK, FRAME = 5.0, 0.2


@dataclass
class Bench:
    """memory: (seconds, MB of the server and all that it started), server: of the server alone; counts: what was done."""

    app: App
    store: Store
    end: float
    random: Random
    begun: float = field(default_factory=time.monotonic)
    memory: list[tuple[float, float]] = field(default_factory=list)
    server: list[tuple[float, float]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def goes_on(self) -> bool:
        return time.monotonic() < self.end


def run(quick: bool, seed: int, minutes: float | None = None) -> Outcome:
    """minutes: of mixed use, 120 or, in quick, 30."""
    minutes = minutes or (QUICK if quick else MINUTES)
    with scratch() as folder, ExitStack() as stack:
        store = Store(folder / "store")
        for number in range(2):
            stack.enter_context(in_the_background(folder / f"training-{number}"))
        log = folder / "app.log"
        app = stack.enter_context(running_app(store.root, log, warm=True))
        bench = Bench(app, store, time.monotonic() + 60 * minutes, Random(seed))
        first, last = used(bench)
        faults = [line.strip()[:200] for line in log.read_text().splitlines() if any(word in line for word in FAULTS)]
    slope = slope_of(bench.memory)
    failed = [f"{what} ({times}×, seed {seed})" for what, times in sorted(bench.failed.items())]
    failed += [f"in the server's log: {line} ({times}×)" for line, times in Counter(faults).items()]
    if slope > SLOPE:
        failed.append(f"memory grows by {slope:.2f} MB a minute")
    if last < min(PAINTS, 0.9 * first):
        failed.append(f"a drag has {last:.0f} paints a second at the end, {first:.0f} at the start")
    figures = {
        "minutes": minutes,
        "memory slope after warm-up, MB/min": round(slope, 3),
        "of these the server's own, MB/min": round(slope_of(bench.server), 3),
        "memory at the end, MB": round(bench.memory[-1][1], 1),
        "of these the server's own, MB": round(bench.server[-1][1], 1),
        "drag at the start, paints/s": round(first, 1),
        "drag at the end, paints/s": round(last, 1),
        **{name: float(value) for name, value in sorted(bench.counts.items())},
    }
    return Outcome("soak", sum(bench.counts.values()), bench.counts["refused"], failed, figures)


def used(bench: Bench) -> tuple[float, float]:
    """Everything at once until the time is over; paints a second of the drag at the start and at the end."""
    threads = [
        threading.Thread(target=watch, args=(bench,)),
        threading.Thread(target=lambda: asyncio.run(sockets(bench))),
        threading.Thread(target=changes, args=(bench,)),
    ]
    expect.set_options(timeout=120_000)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        first = drag(browser, bench)  # alone but for the trainings, as the last one
        for thread in threads:
            thread.start()
        tabs(browser, bench)
        for thread in threads:
            thread.join()
        last = drag(browser, bench)
        browser.close()
    return first, last


def drag(browser: Browser, bench: Bench) -> float:
    """Paints a second on Traverse, decoded in the browser."""
    page, view = opened(browser, bench.app, f"traverse?run={MODEL}", "traversal", "browser")
    slider = view.locator(".row .slider").first
    sweep(page, slider, 0.5)
    found = drags(page, slider, 2.0, 5)["paints"]
    page.context.close()
    return found


def tabs(browser: Browser, bench: Bench) -> None:
    """Sessions come, look at pages, drag now and then, and leave; each is a profile of its own."""
    open_tabs: list[Any] = []
    for number in count():
        if not bench.goes_on():
            break
        if len(open_tabs) > TABS:
            open_tabs.pop(0).close()
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        open_tabs.append(context)
        page, name = context.new_page(), PAGES[number % len(PAGES)]
        try:
            page.goto(f"{bench.app.address}/{name}?run={bench.random.choice(RUNS)}", timeout=120_000)
            page.wait_for_selector("h1, .traversal, canvas", timeout=120_000)
            bench.counts["pages loaded"] += 1
            page.wait_for_timeout(1500)
            if "Something went wrong" in page.inner_text("body"):
                bench.failed[f"{name}: something went wrong"] += 1
            slider = page.locator(".row .slider").first
            if name == "traverse" and slider.count():
                sweep(page, slider, 2.0)
                bench.counts["drags"] += 1
        except Exception as error:
            bench.failed[f"{name}: {type(error).__name__}: {str(error).splitlines()[0]}"] += 1
    for context in open_tabs:
        context.close()


async def sockets(bench: Bench) -> None:
    """Hands that drag, decoded by the server."""
    try:
        await asyncio.gather(*(one_socket(bench, RUNS[number % len(RUNS)], number) for number in range(SOCKETS)))
    except (OSError, WebSocketException) as error:
        bench.failed[f"a socket: {type(error).__name__}: {error}"] += 1


async def one_socket(bench: Bench, run: str, seed: int) -> None:
    random, origin = np.random.default_rng(seed), Origin(f"http://127.0.0.1:{bench.app.port}")
    while bench.goes_on():
        async with connect(f"ws://127.0.0.1:{bench.app.port}/live/{run}", origin=origin, max_size=None) as socket:
            dims = json.loads(await socket.recv())["dims"]
            for number in range(200):  # then it connects anew, as a page that is loaded again
                z = random.normal(size=(1, dims)).astype("<f4")
                await socket.send(struct.pack("<If", number, -1) + z.tobytes())
                await socket.recv()
                bench.counts["images by socket"] += 1
                await asyncio.sleep(FRAME)
                if not bench.goes_on():
                    break


def changes(bench: Bench) -> None:
    """Runs come by import, are looked at over HTTP, and are deleted meanwhile."""
    source = bench.store.gallery_root / "digits-beta-1"
    for number in count():
        if not bench.goes_on():
            return
        id = f"guest-{number % 5}"
        copy_run(bench.store, source, id)
        with ThreadPoolExecutor(4) as threads:
            rows = [threads.submit(look, bench, f"live/{id}/images?rows={row}") for row in (1, 2, 3)]
            rows.append(threads.submit(look, bench, f"show/{id}" if number % 4 == 0 else f"live/{id}/draw"))
            time.sleep(bench.random.uniform(0.0, 0.5))
            try:
                bench.store.delete(id)
                bench.counts["runs deleted"] += 1
            except RunError as error:
                bench.failed[f"deleting: {error}"] += 1
        time.sleep(3.0)


def copy_run(store: Store, source: Path, id: str) -> None:
    with store.hidden() as fresh:
        shutil.copytree(source, fresh / "run")
        (fresh / "run").rename(store.root / id)


def look(bench: Bench, place: str) -> None:
    try:
        with urllib.request.urlopen(f"{bench.app.address}/{place}", timeout=600) as answer:  # nosec B310  # the server that the bench has started
            answer.read()
            bench.counts["answers"] += 1
    except urllib.error.HTTPError as error:
        bench.counts["refused"] += error.code == 404
        if error.code != 404:
            bench.failed[f"{place.split('?')[0]}: status {error.code}"] += 1
    except OSError as error:
        bench.failed[f"{place.split('?')[0]}: {error}"] += 1


def watch(bench: Bench) -> None:
    """The memory of the server and of all that it has started, without the trainings of this bench."""
    while bench.goes_on():
        at, alone = time.monotonic() - bench.begun, own_megabytes(bench.app.pid)
        bench.server.append((at, alone))
        bench.memory.append((at, alone + sum(map(own_megabytes, descendants(bench.app.pid)))))
        time.sleep(LOOK)


def own_megabytes(pid: int) -> float:
    """Memory of a process that it shares with no other, in MB."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0  # ended meanwhile
    lines = [line.split() for line in rollup.splitlines() if line.startswith("Private_")]
    return sum(int(line[1]) for line in lines) / 1024


def slope_of(memory: list[tuple[float, float]]) -> float:
    """MB a minute after warm-up, by the median of the slopes between all pairs of looks (Theil 1950): jobs come and go."""
    late = [entry for entry in memory if entry[0] > WARM * memory[-1][0]][:: max(1, len(memory) // 300)]
    slopes = [60 * (b[1] - a[1]) / (b[0] - a[0]) for index, a in enumerate(late) for b in late[index + 1 :]]
    return statistics.median(slopes) if slopes else 0.0
