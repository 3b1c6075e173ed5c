"""What a component shows, as numbers: the pixels of its canvases, and what the model draws there.

A page changes when it can: whatever comes of a click or a key is waited for, generously, and never looked at only once.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import FloatRect, Locator, Page, expect

from vae_core.analysis import decode
from vae_core.runs import Run

LIMIT = 60.0  # seconds: a busy machine is slow, and a wait that ends early costs nothing

# Counts requests of a page that the live service has not answered yet, and all that were sent by socket; run before any script
# of a page.
COUNT = """(() => {
  const sockets = new Set(), Socket = window.WebSocket, fetch = window.fetch;
  let fetches = 0;
  window.frames_sent = 0;
  window.outstanding = () => [...sockets].reduce((sum, socket) => sum + socket.outstanding, fetches);
  window.WebSocket = class extends Socket {
    constructor(address, ...rest) {
      super(address, ...rest);
      if (!`${address}`.includes("/live/")) return;
      this.outstanding = 1; // the greeting
      sockets.add(this);
      this.addEventListener("message", () => (this.outstanding -= 1));
      this.addEventListener("close", () => sockets.delete(this));
    }
    send(data) {
      this.outstanding += 1;
      window.frames_sent += sockets.has(this);
      super.send(data);
    }
  };
  window.fetch = async (address, ...rest) => {
    const counts = `${address?.url ?? address}`.includes("/live/");
    fetches += counts;
    try {
      const answer = await fetch(address, ...rest);
      if (counts) await answer.clone().arrayBuffer();
      return answer;
    } finally {
      fetches -= counts;
    }
  };
})();"""

READ = """canvas => {
  if (!canvas.width || !canvas.height) return [0, 0, ""];
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let text = "";
  for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
  return [width, height, btoa(text)];
}"""


def pixels(canvas: Locator) -> NDArray[np.int64]:
    """`(H, W, 3)`, 0 to 255."""
    width, height, text = canvas.evaluate(READ)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 3).astype(int)


def drawn(run: Run, z: Sequence[float] | torch.Tensor) -> NDArray[np.int64]:
    """What the run's decoder draws at z, `(H, W, 3)`, 0 to 255."""
    image = decode(run.model(), torch.as_tensor(z, dtype=torch.float32).reshape(1, -1))[0]
    return (image * 255).round().expand(3, -1, -1).permute(1, 2, 0).long().numpy()


def soon(page: Page, holds: Callable[[], object], what: str, seconds: float = LIMIT) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        page.wait_for_timeout(50)


def quiet(page: Page) -> None:
    """Wait until the live service has answered all requests of the page."""
    times = 0

    def answered() -> bool:
        nonlocal times
        times = times + 1 if page.evaluate("window.outstanding()") == 0 else 0
        return times == 3  # an answer may lead to another question

    soon(page, answered, "the live service does not answer")


def query(page: Page) -> dict[str, str]:
    """The view in the address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def expect_query(page: Page, **wanted: str) -> None:
    """Wait until the address holds these values."""
    soon(page, lambda: wanted.items() <= query(page).items(), f"not in the address: {wanted}")


def expect_code_in_link(page: Page, z: Sequence[float]) -> None:
    """Wait until the address holds this code: from then on the server knows it, too."""

    def there() -> bool:
        parts = query(page).get("z", "").split(",")
        return len(parts) == len(z) and [float(part) for part in parts] == pytest.approx(list(z), abs=1e-3)

    soon(page, there, "the code is not in the address")


def steady_box(found: Locator) -> FloatRect:
    """Where it is on the page, once the layout has come to rest."""
    boxes: list[FloatRect | None] = []

    def rests() -> bool:
        boxes.append(found.bounding_box())
        return boxes[-1] is not None and boxes[-5:] == [boxes[-1]] * 5

    soon(found.page, rests, "it does not come to rest")
    assert boxes[-1] is not None
    return boxes[-1]


def off_by(canvas: Locator, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many grey levels each pixel of the canvas is from the wanted one."""
    found = pixels(canvas)
    return np.abs(found - wanted) if found.shape == wanted.shape else np.array([256])


def wait_for_pixels(canvas: Locator, wanted: NDArray[np.int64], near: int = 1) -> None:
    """Wait until the canvas shows these pixels, within `near` grey levels."""
    soon(canvas.page, lambda: off_by(canvas, wanted).max() <= near, f"the canvas is not within {near} of what is drawn")


def wait_for_tiles(strip: Locator, tiles: NDArray[np.int64]) -> None:
    """Wait until a strip shows these images, `(n, H, W, 3)`, in a row with one pixel between them."""
    side = tiles.shape[2]

    def shown() -> bool:
        found = pixels(strip)
        cells = [found[:, at * (side + 1) : at * (side + 1) + side] for at in range(len(tiles))]
        return all(
            cell.shape == tile.shape and np.abs(cell - tile).max() <= 1 for cell, tile in zip(cells, tiles, strict=True)
        )

    soon(strip.page, shown, "the strip does not show the wanted images")


def code_of(canvas: Locator) -> list[float]:
    """The code whose image a canvas shows."""
    texts: list[str] = []

    def there() -> bool:  # read and tested at once: a page that is drawn anew has an empty canvas for a moment
        texts.append(canvas.get_attribute("data-z") or "")
        return bool(texts[-1])

    soon(canvas.page, there, "the canvas shows no code")
    return [float(value) for value in texts[-1].split(",")]


def assert_shows(canvas: Locator, run: Run, z: Sequence[float] | None = None) -> None:
    """The canvas shows what the model draws at z (or at the code it says it shows), within one grey level."""
    if z is not None:
        expect_code(canvas, z)
    soon(canvas.page, lambda: off_by(canvas, drawn(run, code_of(canvas))).max() <= 1, "not what the model draws")


def expect_code(canvas: Locator, z: Sequence[float], tolerance: float = 1e-3) -> None:
    """Wait until the canvas shows this code."""
    wanted = [float(value) for value in z]
    soon(canvas.page, lambda: code_of(canvas) == pytest.approx(wanted, abs=tolerance), f"does not show {wanted}")


def still(canvas: Locator) -> list[float]:
    """Wait until everything requested is painted, and nothing more comes; the code it shows."""
    page = canvas.page
    seen: list[tuple[str | None, str | None]] = []

    def rests() -> bool:
        quiet(page)
        page.wait_for_timeout(100)
        seen.append((canvas.get_attribute("data-painted"), canvas.get_attribute("data-z")))
        return len(seen) > 1 and seen[-1] == seen[-2]

    soon(page, rests, "it is painted again and again")
    return code_of(canvas)


def ready(page: Page, name: str) -> Locator:
    """The component on the page, once it is drawn."""
    found = page.locator(f".{name}[data-ready]").first
    expect(found).to_be_visible()
    return found


def drag(
    page: Page, slider: Locator, start: float, end: float, steps: int = 20, follows: Locator | None = None
) -> None:
    """Press at one share of the slider's width and let go at another.

    follows: a canvas that must be painted anew at each step, while the thumb is held.
    """
    slider.scroll_into_view_if_needed()
    box = steady_box(slider)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for step in range(1, steps + 1):
        before = follows.get_attribute("data-painted") if follows else None
        page.mouse.move(box["x"] + (start + (end - start) * step / steps) * box["width"], y)
        page.wait_for_timeout(15)  # as slow as a hand
        if follows:
            wait_for_paint(follows, before)
    page.mouse.up()


def wait_for_paint(canvas: Locator, before: str | None) -> None:
    """Wait until the canvas has been painted since `before`, its `data-painted` then."""
    soon(canvas.page, lambda: canvas.get_attribute("data-painted") != before, "the image does not follow the thumb")
