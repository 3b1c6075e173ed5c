"""The interactive explorer: paints per second in a drag, latency, maps of 70,000 points, many tabs, memory.

The real app in a headless Chromium, the shipped 64×64 model, drags by mouse; Streamlit's own slider in the same run.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import shutil
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import torch
from playwright.sync_api import Browser, sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Origin

from bench.claims import Report, run
from bench.drags import AWAKE, SELF_DRAG, drags, move, opened, sweep
from bench.training import in_the_background
from tests.browser.chromium import FLAGS, installed
from tests.browser.serving import App, running_app, running_script
from vae_core.analysis import ALL, MapConfig, map_of
from vae_core.analysis.cache import cached
from vae_core.runs import Store
from vae_core.runs.files import read_json, write_json

MODEL = "gallery/sprites-beta-1"
#: Its decoder is convolutions at 28×28; the first one's a broadcast decoder at 64×64.
SMALLER = "gallery/mnist-beta-1"
SIDE_BY_SIDE = ("gallery/sprites-beta-1", "gallery/sprites-beta-4", "gallery/sprites-beta-16")
POINTS = 70_000
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

#: Both ways to draw a map in a component, bare: first paint and frames while panning.
RACE = """async ([kind, n, seconds, module]) => {
  document.body.innerHTML = '<div id="here" style="width:900px;height:600px"></div>';
  const here = document.getElementById("here");
  const random = (() => { let s = 1; return () => (s = (s * 16807) % 2147483647) / 2147483647 - 0.5; })();
  const xy = Float32Array.from({ length: 2 * n }, () => random() + random() + random());
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const begun = performance.now();
  let pan;
  if (kind === "own") {
    const { Scatter } = await import(module);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [900, 600];
    here.append(canvas);
    const scatter = new Scatter(canvas);
    scatter.setPoints(xy);
    const rgba = new Uint8Array(4 * n);
    for (let i = 0; i < n; i++) rgba.set([(i % 10) * 25, 120, 200, 205], 4 * i);
    scatter.setColours(rgba);
    pan = (x) => scatter.draw([x, 0], 280, 3);
    pan(0);
  } else {
    const traces = Array.from({ length: 10 }, (_, c) => ({ type: "scattergl", mode: "markers", marker: { size: 3, opacity: 0.8 }, x: [], y: [] }));
    for (let i = 0; i < n; i++) { traces[i % 10].x.push(xy[2 * i]); traces[i % 10].y.push(xy[2 * i + 1]); }
    await Plotly.newPlot(here, traces, { width: 900, height: 600, xaxis: { range: [-1.6, 1.6] }, yaxis: { range: [-1.1, 1.1] }, hovermode: "closest" });
    pan = (x) => Plotly.relayout(here, { "xaxis.range": [x - 1.6, x + 1.6] });
  }
  await frame();
  const first = performance.now() - begun;
  let frames = 0;
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    await pan(0.4 * Math.sin((performance.now() - start) / 300));
    await frame();
    frames++;
  }
  return [first, (1000 * frames) / (performance.now() - start)];
}"""


def measure(report: Report, quick: bool) -> None:
    seconds, times = (1.0, 1) if quick else (2.0, 5)
    folder = Path(tempfile.mkdtemp())
    store = make_store(folder / "store")
    with sync_playwright() as playwright, running_app(store.root, folder / "log.txt") as app:
        path = installed()
        if path is None:
            raise SystemExit("No Chromium found; install one.")
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *AWAKE])
        for place in GOALS:
            traversal(report, browser, app, place, seconds, times)
        smaller_decoder(report, browser, app, seconds, times)
        first_drag(report, browser, app, 1 if quick else 3)
        if not quick:
            other_pages(report, browser, app, seconds, times)
        with running_script("bench/native_slider.py", store.root, folder / "native.txt") as native:
            slider_of_streamlit(report, browser, native, seconds, times)
        large_map(report, browser, app, seconds, times)
        scatters(report, browser, app, seconds, (POINTS,) if quick else (POINTS, 5_000))
        for place in GOALS:
            tabs(report, browser, app, place, 1.0 if quick else 3.0)
        if not quick:
            beside_training(report, browser, app, folder, seconds, times)
        browser.close()
        memory(report, app, 1_000 if quick else 10_000)
    shutil.rmtree(folder)


def make_store(root: Path) -> Store:
    """A store with one run whose test split has 70,000 images, according to its cache."""
    store = Store(root)
    shutil.copytree(store.gallery_root / MODEL.removeprefix("gallery/"), root / "many")
    config = read_json(root / "many" / "config.json")
    write_json(root / "many" / "config.json", config | {"data": config["data"] | {"name": str(root / "not-there.npz")}})
    many = store.open("many")
    dims = many.config.model.latent_dim
    draw = torch.Generator().manual_seed(0)
    labels = torch.arange(POINTS) % 10
    centres = 2 * torch.randn(10, dims, generator=draw)
    codes = {
        "mu": centres[labels] + 0.6 * torch.randn(POINTS, dims, generator=draw),
        "logvar": torch.full((POINTS, dims), -3.0),
        "distortion": torch.rand(POINTS, generator=draw),
        "labels": labels.short(),
    }
    names: dict[str, Any] = {"class_names": list("0123456789"), "factor_names": []}
    cached(many, "latents", {"limit": ALL}, lambda: (codes, names))
    cached(many, "latents", {"limit": 5000}, lambda: ({name: part[:5000] for name, part in codes.items()}, names))
    map_of(many, MapConfig(method="pca", limit=ALL))
    return store


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


# -- maps ------------------------------------------------------------------------------------------------------
def large_map(report: Report, browser: Browser, app: App, seconds: float, times: int) -> None:
    paints, totals = [], []
    for _ in range(min(3, times)):
        page, view = opened(browser, app, f"map?run=many&method=pca&points={ALL}", "map", "server")
        assert view.get_attribute("data-count") == f"{POINTS}"
        paints.append(float(view.get_attribute("data-milliseconds") or 0))
        totals.append(float(view.get_attribute("data-total") or 0))
        if len(paints) < min(3, times):
            page.context.close()
    report.claim(f"map of {POINTS:,}: first paint after the data", statistics.median(paints), "ms", goal="≤ 1000")
    report.claim(f"map of {POINTS:,}: first paint after its request", statistics.median(totals), "ms")
    overlay = view.locator(".over")
    box = overlay.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    random = np.random.default_rng(0)
    for x, y in random.normal(scale=60, size=(20 * times + 20, 2)):
        page.mouse.move(middle[0] + x, middle[1] + y)
        page.wait_for_timeout(60)
    tips = page.evaluate("() => seen.tips")
    report.claim("map: picture of the point under the pointer", statistics.median(tips), "ms", goal="≤ 50")
    report.claim("map: picture of the point under the pointer, p95", float(np.percentile(tips, 95)), "ms")
    frames = []
    for _ in range(times):
        page.mouse.move(*middle)
        page.mouse.down()
        before, begun = int(overlay.get_attribute("data-frames") or 0), time.perf_counter()
        move(page, seconds, lambda t: (middle[0] + 150 * math.sin(3 * t), middle[1] + 80 * math.sin(2 * t)))
        frames.append((int(overlay.get_attribute("data-frames") or 0) - before) / (time.perf_counter() - begun))
        page.mouse.up()
    report.claim(f"map of {POINTS:,}: panning", statistics.median(frames), "frames/s", goal="≥ 50")
    page.context.close()


def scatters(report: Report, browser: Browser, app: App, seconds: float, sizes: Sequence[int]) -> None:
    """Our own WebGL against plotly.js inside a component, and how many points the machine draws at 60 a second."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{app.address}/_stcore/health")
    module = f"{app.address}/modules/bench/shared/map/scatter.js"
    figures = {}
    for n, kind in itertools.product(sizes, ("own", "plotly")):
        if kind == "plotly":
            page.add_script_tag(path=PLOTLY)
        first, frames = page.evaluate(RACE, [kind, n, seconds, module])
        figures[kind, n] = first, frames
        name = "own WebGL" if kind == "own" else "plotly.js scattergl"
        report.claim(f"bare scatter of {n:,}, {name}: first paint", first, "ms")
        report.claim(f"bare scatter of {n:,}, {name}: panning", frames, "frames/s")
        page.reload()
    report.claim(
        f"bare scatter of {POINTS:,}: panning, own / plotly.js", figures["own", POINTS][1] / figures["plotly", POINTS][1], "×",
        goal="≥ 1",
    )  # fmt: skip
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
