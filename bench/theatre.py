"""Training time as a slider: what snapshots cost, and how smoothly images and points follow while a training plays.

Costs are CPU seconds of one thread, with and without snapshots in turn: other programs of the machine do not count.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

import vae_core
from tests.browser.looking import ready
from tests.browser.serving import running_app
from vae_core.runs import Run, Store

from .claims import Report, run
from .drags import launched

#: Model → settings as of the command line.
MODELS: dict[str, dict[str, Any]] = {
    "mlp": dict(dataset="digits", network="mlp", epochs=100),
    "conv": dict(dataset="digits", network="conv", epochs=40),
    "broadcast": dict(dataset="sprites", network="broadcast", size=5000, image_size=32, epochs=3),
}
TIMES = 5
#: Page, component, and the element that says which moment it shows.
PAGES = (("traverse?row=0", "traversal", ".traversal canvas.main"), ("map?method=pca", "map", ".betascope.map"))
#: Seconds that are counted.
PLAYED = 5.0
#: A slider that stands at another moment in every frame; returns in how many frames a second what follows it showed another one.
SCRUB = """(slider, [follower, seconds]) => new Promise((done) => {
  const start = performance.now(), last = Number(slider.max);
  let [frames, at, step, before] = [0, 0, 1, ""];
  requestAnimationFrame(function next(now) {
    if (follower.dataset.moment !== before) frames++;
    before = follower.dataset.moment;
    if (now - start > 1000 * seconds) return done(frames / seconds);
    if (at + step < 0 || at + step > last) step = -step;
    slider.value = at += step;
    slider.dispatchEvent(new InputEvent("input"));
    requestAnimationFrame(next);
  });
})"""


def theatre(report: Report, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="theatre-") as folder:
        store = Store(folder)
        for name, settings in MODELS.items():
            trained = costs(report, store, name, settings, 1 if quick else TIMES)
        playing(report, store, trained)


def costs(report: Report, store: Store, name: str, settings: dict[str, Any], times: int) -> Run:
    """Training with the default number of snapshots against training without; returns a run with snapshots."""
    ratios = []
    for _ in range(times):
        seconds = {}
        for snapshots in (0, None):
            begun = time.process_time()
            trained = vae_core.train(
                model="beta_vae", store=store, name=name, snapshots=snapshots, threads=1, precision="float32",
                **settings,
            )  # fmt: skip
            seconds[snapshots] = time.process_time() - begun
        ratios.append(seconds[None] / seconds[0])
    size = sum(path.stat().st_size for _, path in trained.snapshots()) / 1e6
    count = len(trained.snapshots())
    report.claim(f"{name}: training with {count} snapshots", statistics.median(ratios), "×", goal="≤ 1.02", against="CPU seconds without")  # fmt: skip
    report.claim(f"{name}: snapshots", size, "MB", goal="≤ 20")
    return trained


def playing(report: Report, store: Store, trained: Run) -> None:
    """Frames per second of a page whose slider over the training is moved at every frame."""
    with (
        running_app(store.root, Path(store.root) / "log.txt", warm=True) as app,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        for place, component, shown in PAGES:
            page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{app.address}/{place}&run={trained.id}")
            ready(page, component)
            page.wait_for_selector(".betascope.training[data-ready]")
            slider, follower = page.locator(".training input[type=range]"), page.query_selector(shown)
            slider.evaluate(SCRUB, [follower, 1.0])  # fetches images and maps of all moments
            page.wait_for_timeout(3000)
            frames = slider.evaluate(SCRUB, [follower, PLAYED])
            report.claim(f"{component}: scrubbing", frames, "frames/s", goal="≥ 30")
            page.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(run("theatre", theatre, (__doc__ or "").strip()))
