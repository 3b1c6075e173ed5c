"""What happens on a bad day: the server starts again, stands behind a prefix, or the run is deleted by someone else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

import vae_core

from .conftest import profile, settle
from .looking import assert_shows, drag, expect_code, expect_code_in_link, query, ready, soon, steady_box, still
from .serving import App, free_port, running_app

PREFIX = ("--server.baseUrlPath", "lab/vae")


def test_a_server_that_starts_again_behind_a_prefix(browser: Browser, store: vae_core.Store, tmp_path: Path) -> None:
    """The sliders go on where they were, and what was moved meanwhile is drawn."""
    run, port, log = store.open("plane-1"), free_port(), tmp_path / "log.txt"
    context = profile(browser)
    page = context.new_page()
    page.route("**/decoder?*", lambda route: route.abort())  # a browser that decodes by itself would simply go on
    with running_app(store.root, log, *PREFIX, port=port) as app:
        page.goto(f"{app.address}/traverse?run=plane-1&z=0,0")
        settle(page)
        main = ready(page, "traversal").locator(".main")
        assert_shows(main, run, [0, 0])
        slider = page.locator(".traversal .slider").first
        drag(page, slider, 0.5, 0.6)
        before = still(main)
        expect_code_in_link(page, before)
        page.get_by_role("link", name="Map").click()
        expect(ready(page, "map")).to_have_attribute("data-count", "449")
        page.get_by_role("link", name="Traverse").click()
        main = ready(page, "traversal").locator(".main")
        expect_code(main, before)
        box = steady_box(slider)
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
        page.mouse.down()
    # The thumb is held, and the server is gone.
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=10)
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    assert still(main) == before
    with running_app(store.root, log, *PREFIX, port=port):
        expect(page.get_by_text("The server does not answer")).to_be_hidden()
        after = still(main)
        assert abs(after[0] - before[0]) + abs(after[1] - before[1]) > 1
        assert_shows(main, run)
        page.mouse.up()
        expect_code_in_link(page, after)
        page.reload()
        expect_code(ready(page, "traversal").locator(".main"), after)
    context.close()
    assert "Traceback" not in log.read_text()


def test_a_picker_that_loads_late_shows_the_run_of_the_link(browser: Browser, app: App) -> None:
    """Streamlit loads the code of each widget on demand; a slider may be moved before that of the picker is there."""
    context, held = profile(browser), list[Route]()
    page = context.new_page()
    page.route("**/static/js/Selectbox.*", lambda route: held.append(route))
    page.goto(f"{app.address}/traverse?run=plane-1&z=0,0")
    settle(page)
    main = ready(page, "traversal").locator(".main")
    slider = page.locator(".traversal .slider").first
    drag(page, slider, 0.5, 0.6)
    expect_code_in_link(page, still(main))
    assert held
    for route in held:
        route.continue_()
    expect(page.get_by_role("combobox", name="Run in view")).to_have_value("plane · β = 1")
    drag(page, slider, 0.6, 0.8)
    expect_code_in_link(page, still(main))
    assert query(page)["run"] == "plane-1"
    context.close()


def test_a_run_that_is_deleted_while_it_is_looked_at(open_page: Callable[..., Page], store: vae_core.Store) -> None:
    shutil.copytree(store.root / "plane-1", store.root / "doomed")
    page = open_page("traverse?run=doomed&z=0,0")
    main = ready(page, "traversal").locator(".main")
    expect_code(main, [0, 0])
    page.wait_for_load_state("networkidle")  # a request for a file of the run would be a 404 now
    store.delete("doomed")
    page.locator(".traversal .slider").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("There is no run 'doomed'")).to_be_visible()
    expect(page.get_by_text("Another run is shown instead")).to_be_visible()
    soon(page, lambda: query(page).get("run") != "doomed", "the deleted run is still in the address")
    assert still(ready(page, "traversal").locator(".main")), "the other run is alive"
