"""Drags by mouse in the real app: paints and strip images per second, latency, and who decodes."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from websockets.sync.client import connect as synchronous

from tests.browser.chromium import FLAGS, installed
from tests.browser.looking import COUNT, ready
from tests.browser.serving import App, free_port

#: The shipped 64×64 model that is dragged.
MODEL = "gallery/sprites-beta-1"
RATE = 125  # moves per second, as a common mouse reports them
DEBUGGING = free_port()
#: Tabs in the background go on painting, as windows side by side would.
AWAKE = ("--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows", f"--remote-debugging-port={DEBUGGING}")  # fmt: skip

#: A frame's own time stamp lies before the events that it handles, so the end of a delay is a task after the frame was drawn.
WATCH = """() => {
  const seen = (window.seen = { main: [], late: [], whole: [], moved: [], rows: 0, tips: [] });
  const moves = []; // when the page got each move of the mouse, and when the browser had got it
  document.addEventListener("pointermove", (event) => {
    if (moves.push([performance.now(), event.timeStamp]) > 100) moves.shift();
  }, true);
  let frame = 0;
  requestAnimationFrame(function next(now) { frame = now; requestAnimationFrame(next); });
  document.addEventListener("input", () => seen.moved.push(frame), true);
  document.addEventListener("painted", (event) => {
    const canvas = event.composedPath()[0];
    const { requested, now } = event.detail;
    const main = canvas.classList.contains("main");
    if (main) seen.main.push(now);
    setTimeout(() => {
      const drawn = performance.now();
      (main ? seen.late : seen.tips).push(drawn - requested);
      const move = moves.findLast(([got]) => got <= requested);
      if (main && move) seen.whole.push(drawn - move[1]);
    });
  });
  document.addEventListener("row", () => seen.rows++);
}"""
#: A drag that the page makes itself, one move per frame: five tabs cannot share one mouse.
SELF_DRAG = """(slider, seconds) => new Promise((done) => {
  window.seen.main.length = 0;
  const [low, high] = [Number(slider.min), Number(slider.max)];
  slider.dispatchEvent(new PointerEvent("pointerdown"));
  const start = performance.now();
  requestAnimationFrame(function next(now) {
    const passed = (now - start) / 1000;
    if (passed > seconds) { slider.dispatchEvent(new Event("change")); return done(new Set(window.seen.main).size / passed); }
    slider.value = low + (high - low) * (0.5 + 0.45 * Math.sin(4 * passed));
    slider.dispatchEvent(new InputEvent("input"));
    requestAnimationFrame(next);
  });
})"""


def launched(playwright: Playwright) -> Browser:
    """Chromium itself, whose tabs in the background go on painting."""
    path = installed()
    if path is None:
        raise SystemExit("No Chromium found; install one.")
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *AWAKE])


def opened(browser: Browser, app: App, address: str, component: str, place: str) -> tuple[Page, Locator]:
    """A page in a fresh profile, once its codes are decoded in this place: "browser" or "server"."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(COUNT)
    page = context.new_page()
    if place == "server":
        page.route("**/decoder?*", lambda route: route.abort())
    page.goto(f"{app.address}/{address}")
    view = ready(page, component)
    expect(page.locator(".decoding")).to_have_attribute("data-place", place, timeout=60_000)
    page.wait_for_timeout(800)
    page.evaluate(WATCH)
    return page, view


def sweep(page: Page, slider: Locator, seconds: float) -> None:
    """Drag the slider there and back for so many seconds, as fast in all places: a thumb that rests asks for no image."""
    box = slider.bounding_box()
    assert box is not None
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    page.mouse.move(x + width / 2, y)
    page.mouse.down()
    move(page, seconds, lambda passed: (x + width * (0.5 + 0.45 * zigzag(0.64 * passed)), y))
    page.mouse.up()


def zigzag(turns: float) -> float:
    """A sine with straight lines in place of curves: −1 to 1, from 0 upwards."""
    return abs((4 * turns - 1) % 4 - 2) - 1


def move(page: Page, seconds: float, place: Callable[[float], tuple[float, float]]) -> None:
    """Moves of a pressed mouse that, like a real one, does not wait for the page before it moves on."""
    with urllib.request.urlopen(f"http://127.0.0.1:{DEBUGGING}/json") as answer:  # nosec B310  # of this machine
        target = next(target for target in json.load(answer) if target["url"] == page.url)
    with synchronous(target["webSocketDebuggerUrl"], max_size=None, close_timeout=0.1) as browser:
        begun, moves = time.perf_counter(), 0
        while (passed := time.perf_counter() - begun) < seconds:
            x, y = place(passed)
            event = {"type": "mouseMoved", "x": x, "y": y, "button": "left", "buttons": 1}
            browser.send(json.dumps({"id": moves, "method": "Input.dispatchMouseEvent", "params": event}))
            moves += 1
            time.sleep(max(0.0, begun + moves / RATE - time.perf_counter()))


def drags(page: Page, slider: Locator, seconds: float, times: int) -> dict[str, float]:
    """Medians over several drags: paints and strip images per second, and ms until the frame with the new image is drawn: from the
    request ("median", "p95") and from the move of the mouse ("whole"), which the browser holds back until the next frame.
    """
    results = []
    for _ in range(times):
        page.evaluate(
            "() => { seen.main.length = seen.late.length = seen.whole.length = seen.moved.length = 0; seen.rows = 0; }"
        )
        sweep(page, slider, seconds)
        seen = page.evaluate("() => seen")
        delays = seen["late"] or [float("inf")]
        results.append(
            {
                "paints": len(set(seen["main"])) / seconds,  # frames that showed a new image
                "share": len(set(seen["main"])) / max(1, len(set(seen["moved"]))),
                "rows": seen["rows"] / seconds,
                "median": statistics.median(delays),
                "p95": float(np.percentile(delays, 95)),
                "whole": statistics.median(seen["whole"] or [float("inf")]),
            }
        )
        page.wait_for_timeout(300)
    return {name: statistics.median(result[name] for result in results) for name in results[0]}
