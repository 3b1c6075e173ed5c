"""What a component shows, as numbers: the pixels of its canvases, and what the model draws there."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from vae_core.analysis import decode
from vae_core.runs import Run

READ = """canvas => {
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


def soon(page: Page, holds: Callable[[], object], what: str) -> None:
    """Wait until it holds, for ten seconds: a page paints when it can, not when it is asked."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


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
    return [float(value) for value in (canvas.get_attribute("data-z") or "").split(",")]


def assert_shows(canvas: Locator, run: Run, z: Sequence[float] | None = None) -> None:
    """The canvas shows what the model draws at z (or at the code it says it shows), within one grey level."""
    if z is not None:
        expect_code(canvas, z)
    soon(canvas.page, lambda: off_by(canvas, drawn(run, code_of(canvas))).max() <= 1, "not what the model draws")


def expect_code(canvas: Locator, z: Sequence[float], tolerance: float = 1e-3) -> None:
    """Wait until the canvas shows this code."""
    canvas.page.wait_for_function(
        "([canvas, z, near]) => { const found = (canvas.dataset.z ?? '').split(',').map(Number);"
        " return found.length === z.length && found.every((value, d) => Math.abs(value - z[d]) <= near); }",
        arg=[canvas.element_handle(), [float(value) for value in z], tolerance],
        timeout=20_000,
    )


def still(canvas: Locator) -> list[float]:
    """Wait until the canvas is not painted any more; the code it shows."""
    page = canvas.page
    before = None
    while (now := (canvas.get_attribute("data-painted"), canvas.get_attribute("data-z"))) != before:
        before = now
        page.wait_for_timeout(250)
    return code_of(canvas)


def ready(page: Page, name: str) -> Locator:
    """The component on the page, once it is drawn."""
    found = page.locator(f".{name}[data-ready]").first
    expect(found).to_be_visible()
    return found


def drag(page: Page, slider: Locator, start: float, end: float, steps: int = 20) -> None:
    """Press at one share of the slider's width and let go at another."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(box["x"] + (start + (end - start) * step / steps) * box["width"], y)
        page.wait_for_timeout(15)  # as slow as a hand
    page.mouse.up()
