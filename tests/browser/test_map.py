"""Map, by mouse and by keyboard: points, pictures, picks, what the decoder draws between points, and films of paths."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import vae_core
from vae_core.analysis import MapConfig, latents_of, map_file, map_of

from .conftest import settle
from .looking import (
    drawn,
    expect_code_in_link,
    off_by,
    pixels,
    query,
    quiet,
    ready,
    soon,
    steady_box,
    wait_for_pixels,
)
from .serving import App

Open = Callable[..., Page]


class Screen:
    """Where places of the map are on the page: as fitted when it opens."""

    def __init__(self, page: Page, points: np.ndarray) -> None:
        self.page = page
        self.over = ready(page, "map").locator(".over")
        self.over.scroll_into_view_if_needed()
        box = steady_box(self.over)
        low, high = points.min(0), points.max(0)
        self.centre = (low + high) / 2
        self.scale = 0.92 * min(box["width"] / (high[0] - low[0]), box["height"] / (high[1] - low[1]))
        self.middle = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])

    def of(self, point: np.ndarray) -> tuple[float, float]:
        x, y = self.middle + (point - self.centre) * self.scale * [1, -1]
        return float(x), float(y)

    def hover(self, point: np.ndarray) -> None:
        self.page.mouse.move(*self.of(point), steps=2)

    def click(self, point: np.ndarray, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.click(*self.of(point))
        for key in keys:
            self.page.keyboard.up(key)

    def drag(self, points: list[np.ndarray]) -> None:
        self.page.mouse.move(*self.of(points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.of(point), steps=6)
        self.page.mouse.up()


def loneliest(points: np.ndarray) -> int:
    """The point that is farthest from its nearest neighbour: no other one is meant when it is hit."""
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return int(distance.min(1).argmax())


def tip(page: Page, kind: str) -> Locator:
    found = page.locator(f'.map .tip[data-kind="{kind}"]')
    expect(found).to_be_visible()
    return found.locator("canvas")


def test_every_test_image_is_a_point_and_shows_itself(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    points = latents_of(run).mu
    page = open_page("map?run=plane-1")
    screen = Screen(page, points)
    expect(ready(page, "map")).to_have_attribute("data-count", str(len(points)))
    row = loneliest(points)
    screen.hover(points[row])
    shown = tip(page, "image")
    wanted = np.repeat(run.data("test").test.images[row].permute(1, 2, 0).numpy().astype(int), 3, axis=2)
    wait_for_pixels(shown, wanted)
    expect(page.locator(".map .tip")).to_contain_text(f"test image {row}")


def test_between_points_the_decoder_draws(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    points = latents_of(run).mu
    page = open_page("map?run=plane-1")
    screen = Screen(page, points)
    corner = np.array([points[:, 0].min(), points[:, 1].max()])  # of the box around all points
    assert np.linalg.norm(points - corner, axis=1).min() * screen.scale > 12
    screen.hover(corner)
    x, y = np.round(screen.of(corner)) - screen.middle  # the pointer stands on whole pixels
    z = screen.centre + np.array([x, -y]) / screen.scale
    wait_for_pixels(tip(page, "decoded"), drawn(run, z), near=12)  # half a pixel of the pointer
    screen.click(corner)

    def here() -> np.ndarray:
        return np.array([float(part) for part in (ready(page, "map").get_attribute("data-here") or "nan").split(",")])

    soon(page, lambda: np.abs(here() - corner).max() < 1.5 / screen.scale, "the click did not bring us here")
    found = here().tolist()
    expect_code_in_link(page, found)
    settle(page)
    page.get_by_role("link", name="Traverse").click()
    main = ready(page, "traversal").locator(".main")
    wait_for_pixels(main, drawn(run, found))


def test_a_place_on_a_tsne_map_stands_for_the_images_around_it(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("wide-1")
    config = MapConfig(method="tsne")
    points, codes = map_of(run, config), latents_of(run)
    page = open_page("map?run=wide-1&method=tsne")
    screen = Screen(page, points)
    grid = np.stack(np.meshgrid(*(np.linspace(points[:, d].min(), points[:, d].max(), 60) for d in (0, 1))), -1)
    away = np.linalg.norm(grid.reshape(-1, 1, 2) - points[None], axis=2).min(1)
    place = grid.reshape(-1, 2)[away.argmax()]  # as far from all points as can be
    screen.hover(place)
    at = screen.centre + (np.round(screen.of(place)) - screen.middle) * [1, -1] / screen.scale
    distance = np.linalg.norm(points - at, axis=1)
    near = distance.argsort()[:8]
    weights = 1 / distance[near] ** 2
    z = (weights[:, None] * codes.mu[near]).sum(0) / weights.sum()
    shown = tip(page, "decoded")
    soon(page, lambda: off_by(shown, drawn(run, z)).mean() < 4, "not the images around the place")
    expect(page.locator(".map .tip")).to_contain_text("guess")


def test_click_and_lasso_pick(open_page: Open, store: vae_core.Store) -> None:
    points = latents_of(store.open("plane-1")).mu
    page = open_page("map?run=plane-1")
    screen = Screen(page, points)
    row = loneliest(points)
    screen.click(points[row])
    page.wait_for_url(f"**picks={row}*")
    expect(page.locator("strong").get_by_text(re.compile(f"^Test image {row}"))).to_be_visible()
    page.get_by_role("radio", name="Lasso").click()
    low, high = np.quantile(points, 0.2, axis=0), np.quantile(points, 0.8, axis=0)
    corners = [low, np.array([low[0], high[1]]), high, np.array([high[0], low[1]])]
    screen.drag([*corners, low])
    inside = np.flatnonzero(((points > low) & (points < high)).all(1))

    def picked() -> int:
        words = page.get_by_text(re.compile(r"^[\d,]+ .*picked")).first.inner_text()
        return int(words.split()[0].replace(",", ""))

    soon(page, lambda: abs(picked() - len(inside)) <= 0.05 * len(inside) + 2, "not the images inside the lasso")
    settle(page)
    expect(page.get_by_alt_text("Test images over their reconstructions")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    table = download.value.path().read_text().splitlines()
    assert table[0].startswith("test_image,label")
    assert abs(len(table) - 1 - len(inside)) <= 0.05 * len(inside) + 2


def test_the_keyboard_alone_finds_and_picks(open_page: Open, store: vae_core.Store) -> None:
    page = open_page("map?run=plane-1")
    found = ready(page, "map")
    point_at_an_image(page, found)
    row = found.locator(".tip").inner_text().split()[2]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**picks={row}*")
    settle(page)  # the address is written before the script ends
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "picks" not in address)
    expect(page.get_by_text("Pick images", exact=True)).to_be_visible()


def test_the_address_is_that_of_the_last_view_on_a_slow_line(open_page: Open) -> None:
    page = open_page("map?run=plane-1")
    held: list[bytes] | None = None
    browser: WebSocketRoute

    def connect(line: WebSocketRoute) -> None:
        nonlocal browser
        browser = line
        line.connect_to_server().on_message(lambda answer: line.send(answer) if held is None else held.append(answer))

    def written() -> str:
        """The last address among the answers that the browser has not received."""
        addresses = [ForwardMsg.FromString(answer).page_info_changed.query_string for answer in held or ()]
        return next(filter(None, reversed(addresses)), "")

    page.route_web_socket("**/_stcore/stream", connect)
    page.reload()
    point_at_an_image(page, ready(page, "map"))
    settle(page)
    held = []
    page.keyboard.press("Enter")
    soon(page, lambda: "picks=" in written(), "the picks are not in the address")
    page.keyboard.press("Escape")  # sent with the address that the browser has, without picks
    soon(page, lambda: "run=plane-1" in written() and "picks=" not in written(), "the address keeps the picks")
    answers, held = held, None
    for answer in answers:
        browser.send(answer)
    expect(page.get_by_text("Pick images", exact=True)).to_be_visible()
    page.wait_for_url(lambda address: "picks" not in address)


def point_at_an_image(page: Page, found: Locator) -> None:
    """Move the keyboard's pointer over the map until it is at one of its images."""
    found.locator(".over").focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
        quiet(page)  # the picture of this very place is there
        if found.locator(".tip").get_attribute("data-kind") == "image":
            break
    expect(found.locator(".tip")).to_contain_text("test image")


def test_a_path_becomes_a_film(open_page: Open, store: vae_core.Store) -> None:
    run = store.open("plane-1")
    points = latents_of(run).mu
    page = open_page("map?run=plane-1")
    screen = Screen(page, points)
    page.get_by_role("radio", name="Path").click()
    low, high = np.quantile(points, 0.1, axis=0), np.quantile(points, 0.9, axis=0)
    screen.drag([low, high])
    film = page.get_by_role("img", name="The film of the path")
    expect(film).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    place = page.get_by_label("Place in the film")
    place.fill("0")
    soon(page, lambda: off_by(film, drawn(run, low)).mean() < 6, "the film does not begin where the path does")
    first = pixels(film)
    place.fill("1")
    soon(page, lambda: off_by(film, drawn(run, high)).mean() < 6, "the film does not end where the path does")
    assert np.abs(pixels(film) - first).max() > 20


def test_colours_classes_and_zoom(open_page: Open) -> None:
    page = open_page("map?run=plane-1")
    found = ready(page, "map")
    first = found.locator(".chip").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "false")
    found.get_by_label("Colour").select_option("Rate (KL)")
    expect(found.locator(".legend")).to_contain_text("nats")
    page.wait_for_url("**colour=Rate*")
    over = found.locator(".over")
    frames = int(over.get_attribute("data-frames") or 0)
    over.hover()
    page.mouse.wheel(0, -400)
    soon(page, lambda: int(over.get_attribute("data-frames") or 0) > frames, "the wheel did not move the map")
    page.reload()
    expect(ready(page, "map").get_by_label("Colour")).to_have_value("Rate (KL)")


def test_without_webgl_the_map_is_a_plain_chart(open_page: Open) -> None:
    page = open_page("home")
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest); };"
    )
    page.goto(page.url.split("?")[0].rstrip("/").removesuffix("/home") + "/map?run=plane-1")
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    settle(page)
    box = steady_box(page.locator(".js-plotly-plot .nsewdrag").first)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 120, y - 120)
    page.mouse.down()
    for across, down in ((120, -120), (120, 120), (-120, 120), (-120, -120)):
        page.mouse.move(x + across, y + down, steps=5)
    page.mouse.up()
    expect(page.get_by_alt_text("Test images over their reconstructions")).to_be_visible()
    soon(page, lambda: "picks" in query(page), "the picks are not in the address")


def test_two_lassos_and_what_differs(open_page: Open, store: vae_core.Store) -> None:
    points = latents_of(store.open("plane-1")).mu
    page = open_page("map?run=plane-1")
    screen = Screen(page, points)
    low, middle, high = (np.quantile(points, share, axis=0) for share in (0.1, 0.5, 0.9))
    page.get_by_role("radio", name="Lasso").click()
    for name, left, right in (("A", low[0], middle[0]), ("B", middle[0], high[0])):
        corners = [np.array(corner) for corner in ((left, low[1]), (left, high[1]), (right, high[1]), (right, low[1]))]
        screen.drag([*corners, corners[0]])
        expect(page.locator("strong").get_by_text("picked")).to_be_visible()
        settle(page)
        page.get_by_role("button", name=f"Group {name}").click()
        page.wait_for_url(lambda address, name=name: f"{name.lower()}=" in address)
    expect(page.get_by_role("heading", name="What differs between A and B?")).to_be_visible()
    expect(page.get_by_alt_text("Decoded images from the mean code of A to the mean code of B")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="What differs between A and B?")).to_be_visible()
    page.get_by_role("button", name="Clear both").click()
    expect(page.get_by_role("heading", name="What differs between A and B?")).to_be_hidden()
    page.wait_for_url(lambda address: "&a=" not in address)


def test_fingers_pan_and_pinch(open_page: Open, store: vae_core.Store) -> None:
    points = latents_of(store.open("plane-1")).mu
    page = open_page("map?run=plane-1", width=800)
    screen = Screen(page, points)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        on = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": on})

    x, y = map(float, screen.middle)
    touch("touchStart", (x, y))
    for step in range(1, 11):
        touch("touchMove", (x + 6 * step, y - 3 * step))
    touch("touchEnd")
    touch("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 11):
        touch("touchMove", (x - 30 - 3 * step, y), (x + 30 + 3 * step, y))  # twice as far apart
    touch("touchEnd")
    quiet(page)
    shift = np.array([60.0, -30.0])
    places = screen.middle + 2 * ((points - screen.centre) * screen.scale * [1, -1] + shift)
    box = steady_box(screen.over)
    corner, size = np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])
    seen = np.flatnonzero(((places > corner + 10) & (places < corner + size - 10)).all(1))
    row = int(seen[loneliest(places[seen])])
    page.mouse.move(*map(float, places[row]), steps=2)
    expect(page.locator('.map .tip[data-kind="image"]')).to_contain_text(f"test image {row}")


def layout_process(app: App) -> int | None:
    """The process of the server that lays out maps, once it is there."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if parent == app.pid and b"lay-out" in command:
            return int(folder.name)
    return None


def test_a_slow_map_takes_the_place_of_pca(open_page: Open, store: vae_core.Store, app: App) -> None:
    """The process is halted meanwhile, so that a map is slow on any machine."""
    config = MapConfig(method="tsne")
    page = open_page("map?run=auto-1&method=tsne")
    soon(page, lambda: layout_process(app), "no process lays out maps")
    process = layout_process(app)
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    try:
        page = open_page("map?run=plane-1&method=tsne")
        expect(page.get_by_text("t-SNE is being laid out")).to_be_visible()
        pca = map_file(store.open("plane-1"), config.replace(method="pca")).name
        expect(ready(page, "map")).to_have_attribute("data-ready", pca)
    finally:
        os.kill(process, signal.SIGCONT)
    expect(page.get_by_text("t-SNE is being laid out")).to_be_hidden(timeout=300_000)
    expect(ready(page, "map")).to_have_attribute("data-ready", map_file(store.open("plane-1"), config).name)
