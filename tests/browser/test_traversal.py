"""Traverse, by mouse, by keyboard and by touch: the image is what the model draws where the sliders stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import vae_core
from explorer.live.modules import modules_version
from vae_core.analysis import latents_of, traverse

from .conftest import settle
from .looking import (
    assert_shows,
    code_of,
    drag,
    drawn,
    expect_code,
    expect_code_in_link,
    expect_query,
    pixels,
    ready,
    soon,
    steady_box,
    still,
    wait_for_pixels,
    wait_for_tiles,
)

Open = Callable[..., Page]


def opened(page: Page) -> tuple[Locator, Locator]:
    """The main image, and the slider of the first row."""
    found = ready(page, "traversal")
    main = found.locator("canvas.main")
    still(main)
    return main, found.locator(".row .slider").first


def first_dim(page: Page) -> int:
    return int(page.locator(".traversal .row").first.get_attribute("data-dim") or "")


@pytest.mark.parametrize(("name", "dims"), [("plane-1", 2), ("wide-1", 32), ("auto-1", 8), ("rgb-1", 3)])
def test_the_image_follows_the_thumb(open_page: Open, store: vae_core.Store, name: str, dims: int) -> None:
    run = store.open(name)
    page = open_page(f"traverse?run={name}&z={','.join(['0'] * dims)}")
    main, slider = opened(page)
    assert_shows(main, run, [0.0] * dims)
    at_zero = pixels(main)
    drag(page, slider, 0.5, 0.95, follows=main)
    z = still(main)
    assert abs(z[first_dim(page)]) > 0.2
    assert_shows(main, run)
    assert np.abs(pixels(main) - at_zero).max() > 1


def test_the_strip_shows_every_step_of_its_dimension(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    page = open_page("traverse?run=plane-1&z=0.5,-0.7")
    opened(page)
    dim = first_dim(page)
    wanted = traverse(run.model(), torch.tensor([0.5, -0.7]), dim, np.linspace(-3, 3, 11).tolist())
    tiles = (wanted.expand(-1, 3, -1, -1) * 255).round().long().permute(0, 2, 3, 1).numpy()
    wait_for_tiles(page.locator(".traversal .strip").first, tiles)
    page.locator(".traversal .strip").first.click(position={"x": 3, "y": 10})
    z = [0.5, -0.7]
    z[dim] = -3.0
    expect_code(page.locator(".traversal .main"), z)


def test_keys_wheel_and_double_click(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    main, slider = opened(page)
    dim = first_dim(page)

    def expect_value(value: float) -> None:
        expect_code(main, [value if at == dim else 0.0 for at in (0, 1)])

    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect_value(10 * 6 / 300)
    page.keyboard.press("End")
    expect_value(3)
    slider.hover()
    page.mouse.wheel(0, 100)
    expect_value(3 - 5 * 6 / 300)
    slider.dblclick()
    expect_value(0)
    assert_shows(main, store.open("plane-1"))


def test_buttons(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    codes = latents_of(run)
    page = open_page("traverse?run=plane-1&z=1,1")
    main, _ = opened(page)
    page.get_by_role("button", name="Prior mean").click()
    expect_code(main, [0, 0])
    page.get_by_role("button", name="Undo").click()
    expect_code(main, [1, 1])
    page.get_by_label("Test image", exact=True).fill("5")
    page.get_by_role("button", name="This image’s code").click()
    expect_code(main, codes.mu[5].tolist())
    expect(page.get_by_text("test image 5", exact=True)).to_be_visible()
    original = page.locator(".beside").get_by_role("img", name="Test image 5")
    wait_for_pixels(original, run.data("test").test.images[5, 0].numpy()[..., None].repeat(3, 2).astype(int), near=0)
    expect_query(page, row="5")
    page.get_by_role("button", name="Random draw").click()
    soon(page, lambda: code_of(main) != pytest.approx(codes.mu[5].tolist(), abs=1e-3), "the draw is not shown")
    page.keyboard.press("Control+z")
    expect_code(main, codes.mu[5].tolist())
    assert_shows(main, run)


def test_a_pinned_image_shows_what_changed(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    main, slider = opened(page)
    before = pixels(main)
    page.get_by_role("button", name="Pin", exact=True).click()
    drag(page, slider, 0.5, 0.9)
    still(main)
    wait_for_pixels(page.get_by_role("img", name="Pinned image"), before, near=0)
    change = pixels(page.get_by_role("img", name="Change since the pin"))
    now = pixels(main)
    brighter, darker = now[..., 0] > before[..., 0] + 40, now[..., 0] < before[..., 0] - 40
    assert (change[brighter][:, 0] > change[brighter][:, 2]).all()
    assert (change[darker][:, 2] > change[darker][:, 0]).all()
    mean = np.abs(now - before).mean() / 255
    expect(page.get_by_text(f"change {mean:.3f}")).to_be_visible()


def test_a_dimension_plays_there_and_back_until_it_is_touched(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    main, _ = opened(page)
    dim = first_dim(page)
    play = page.get_by_role("button", name=f"Animate z{dim}")
    play.click()
    seen: list[float] = []
    soon(page, lambda: seen.append(code_of(main)[dim]) or max(seen) - min(seen) > 1, "the dimension does not play")
    play.click()
    stopped = still(main)
    page.wait_for_timeout(300)
    assert code_of(main) == stopped


def test_the_range_is_adjustable_and_in_the_link(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    _, slider = opened(page)

    def expect_reach(reach: float) -> None:
        end = lambda: float(slider.get_attribute("max") or 0)
        soon(page, lambda: end() == pytest.approx(reach), f"the slider does not end at {reach}")

    expect_reach(3)
    page.get_by_role("radio", name="±6σ").click()
    expect_reach(6)
    expect_query(page, reach="6")
    settle(page)
    page.reload()
    _, slider = opened(page)
    expect_reach(6)


def test_collapsed_dimensions_are_folded_away(open_page: Open, store: vae_core.Store) -> None:
    codes = latents_of(store.open("wide-1"))
    assert codes.collapsed()
    page = open_page("traverse?run=wide-1")
    opened(page)
    shown = [
        int(dim) for dim in page.locator(".traversal .rows .row").evaluate_all("all => all.map(e => e.dataset.dim)")
    ]
    assert shown == [dim for dim in codes.order() if dim not in codes.collapsed()][:12]
    page.get_by_text(f"{len(codes.collapsed())} collapsed").click()
    row = page.locator(f'.traversal .row[data-dim="{codes.collapsed()[0]}"]')
    expect(row.locator(".slider")).to_be_visible()
    strip = row.locator(".strip")
    soon(page, lambda: pixels(strip).max(initial=0) > 0, "a row that is unfolded is drawn")


def test_where_we_are_survives_pages_reloads_and_other_browsers(open_page: Open) -> None:
    page = open_page("traverse?run=plane-1&z=0,0")
    main, slider = opened(page)
    drag(page, slider, 0.5, 0.8)
    z = still(main)
    expect_code_in_link(page, z)
    settle(page)
    page.get_by_role("link", name="Map").click()
    here = ready(page, "map")
    expect(here).to_have_attribute("data-here", ",".join(f"{value:.4f}" for value in z))
    page.get_by_role("link", name="Traverse").click()
    expect_code(ready(page, "traversal").locator(".main"), z)
    page.reload()
    expect_code(ready(page, "traversal").locator(".main"), z)
    settle(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = open_page(link.split("/", 3)[3])
    expect_code(ready(other, "traversal").locator(".main"), z)


def test_a_finger_moves_a_slider(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("traverse?run=plane-1&z=0,0", width=800)
    main, slider = opened(page)
    slider.scroll_into_view_if_needed()
    box = steady_box(slider)
    y = box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)
    touch = lambda kind, share: fingers.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": box["x"] + share * box["width"], "y": y}] if share else []},
    )
    touch("touchStart", 0.5)
    for step in range(1, 11):
        touch("touchMove", 0.5 + 0.04 * step)
    touch("touchEnd", 0)
    dim = first_dim(page)
    soon(page, lambda: code_of(main)[dim] > 1.5, "the finger does not move the slider")
    assert_shows(main, store.open("plane-1"))


DROP = """async (element, [side, values]) => {
  const canvas = new OffscreenCanvas(side, side), pen = canvas.getContext("2d");
  const picture = pen.createImageData(side, side);
  values.forEach((value, at) => picture.data.set([value, value, value, 255], 4 * at));
  pen.putImageData(picture, 0, 0);
  const transfer = new DataTransfer();
  transfer.items.add(new File([await canvas.convertToBlob()], "three.png", { type: "image/png" }));
  element.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def test_an_image_file_dropped_on_the_page_is_encoded(open_page: Open, store: vae_core.Store) -> None:
    """By the server at first, then by the browser, to the same code."""
    run = store.open("plane-1")
    page = open_page("traverse?run=plane-1&z=0,0")
    main, _ = opened(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("?")[0].rsplit("/", 1)[-1]))
    for row, by in ((3, "server"), (5, "browser")):
        image = run.data("test").test.images[row]
        with torch.no_grad():
            wanted = run.model().encode(image[None].float() / 255).mu[0].tolist()
        if by == "browser":
            with page.expect_response("**/encoder?*"):
                page.locator(".traversal").dispatch_event("dragenter")
            modules = f"/modules/{modules_version()}"
            here = "async (modules) => (await import(`${modules}/shared/encoding.js`)).isHere('plane-1')"
            soon(page, lambda here=here, modules=modules: page.evaluate(here, modules), "the encoder does not come")
        page.locator(".traversal").evaluate(DROP, [image.shape[1], image.flatten().tolist()])
        expect_code(main, wanted, tolerance=0.02)
        wait_for_pixels(main, drawn(run, wanted), near=3)
    assert asked.count("encode") == 1


def test_a_dimension_is_named_for_everybody(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("traverse?run=auto-1")
    opened(page)
    dim, name = first_dim(page), page.locator(".traversal .row input.given").first

    def type_name(text: str, names: dict[int, str]) -> None:
        name.fill(text)
        name.press("Enter")
        soon(page, lambda: store.open("auto-1").notes().names == names, f"the names are not {names}")

    type_name("  stroke   width", {dim: "stroke width"})
    settle(page)
    elsewhere = open_page("map?run=auto-1")
    colours = ready(elsewhere, "map").get_by_role("combobox", name="Colour")
    colours.select_option(label=f"z{dim} stroke width")
    expect_query(elsewhere, colour=f"z{dim}")
    again = open_page("traverse?run=auto-1")
    opened(again)
    expect(again.locator(".traversal .row input.given").first).to_have_value("stroke width")
    type_name("", {})
    settle(page)
