"""Maps of 70,000 points: first paint, panning, the picture under the pointer; our own WebGL beside plotly.js.

The real app in a headless Chromium, and both ways to draw bare in one page.
"""

from __future__ import annotations

import itertools
import math
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import torch
from playwright.sync_api import Browser, sync_playwright

from bench.claims import Report, run
from bench.drags import MODEL, launched, move, opened
from tests.browser.serving import App, running_app
from vae_core.analysis import ALL, MapConfig, map_of
from vae_core.analysis.cache import cached
from vae_core.runs import Store
from vae_core.runs.files import read_json, write_json

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
        browser = launched(playwright)
        large_map(report, browser, app, seconds, times)
        scatters(report, browser, app, seconds, (POINTS,) if quick else (POINTS, 5_000))
        browser.close()
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
    page = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True).new_page()
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


if __name__ == "__main__":
    sys.exit(run("points", measure, (__doc__ or "").strip()))
