"""axe-core on every page and tab, light and dark, on a desktop and on a phone, with runs of several kinds: how many violations.

The rules are those of WCAG 2.1, levels A and AA, and axe-core's best practices; what is left out is listed in tests/browser/axe.py.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.axe import PLACES, SCHEMES, SCRIPT, turn, violations
from tests.browser.chromium import FLAGS, installed
from tests.browser.conftest import settle
from tests.browser.serving import running_app
from vae_core.config import BetascopeError

from .claims import Report, run

WIDTHS = {1440: 900, 390: 844}
#: Runs whose pages differ: codes that are grids, a class or β to choose, colour.
RUNS = ("digits-codebook", "digits-every-beta", "mnist-classes", "shapes3d")
OF_A_RUN = ("map", "traverse", "interpolate")


def measure(report: Report, quick: bool) -> None:
    if not SCRIPT.exists():
        raise BetascopeError(f"{SCRIPT} is missing: make node_modules/.installed")
    version = json.loads((SCRIPT.parent / "package.json").read_text("utf8"))["version"]
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running_app(Path(folder) / "store", Path(folder) / "log") as app,
    ):
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        for width in WIDTHS if not quick else (1440,):
            page = opened(browser, width)
            for place in PLACES if not quick else PLACES[:2]:
                count(report, page, f"{app.address}/{place}", f"{place or 'home'}, {width} px", version)
            if quick or width < 1000:
                continue
            for name in RUNS:
                for place in OF_A_RUN:
                    address = f"{app.address}/{place}?run=gallery/{name}"
                    count(report, page, address, f"{place} of {name}, {width} px", version)


def opened(browser: Browser, width: int) -> Page:
    """A page of that width in a fresh profile."""
    page = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}).new_page()
    page.set_default_timeout(120_000)
    return page


def count(report: Report, page: Page, address: str, name: str, version: str) -> None:
    """The violations on all tabs of a page, light and dark."""
    page.emulate_media(color_scheme="light")
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    seen, found = 0, set()
    for tab in tabs(page):
        settle(page)
        for scheme in SCHEMES:
            turn(page, scheme)
            page.wait_for_timeout(1000)  # colours have faded to their new ones, and live images are there
            new = {(tab, scheme, violation.rule, violation.element) for violation in violations(page)}
            for line in sorted(new):
                print(f"  {name}:", *line, file=sys.stderr)
            found |= new
            seen += 1
    report.claim(f"violations on {name}", len(found), "", goal="≤ 0", against=f"axe-core {version}, {seen} views")


def tabs(page: Page) -> Iterator[str]:
    """The page as it opens, then each further tab in front."""
    yield ""
    settle(page)
    for tab in page.get_by_role("tab").all()[1:]:
        if tab.is_visible():
            tab.click()
            page.wait_for_timeout(500)  # its script run has begun
            yield tab.inner_text()


if __name__ == "__main__":
    sys.exit(run("axe", measure, (__doc__ or "").strip()))
